# 转账
pay-payee = 付给谁
pay-payee-new = 付给别人
pay-payee-missing = 请选择付给谁
pay-new-hint = 下面三项，只在付给名册以外的人时填写。
pay-to = 付给
pay-as-last-time = 和上次一样：{ $amount }
pay-arrival = 什么时候到账
pay-arrival-hint = 实时到账的钱撤不回来；选晚一点到账，到账之前可以撤销。
pay-arrival-first = 第一次付给这个人，先选了两小时后到账：万一不对，到账之前可以撤销。您也可以改。
pay-arrival-machine = 在自助机上转给别人，24 小时后到账，到账之前可以撤销。
pay-arrives-now = 确认后马上到账，不能撤回。
pay-arrives-at = 大约 { $at } 到账；在那之前可以撤销，钱还在您的账户里。
pay-memo-none = 不写附言
pay-leave = 不转了
pay-after = 点“确认”之前，钱不会动。确认以后可以在“付款记录”里看到它走到哪一步。
arrival-real-time = 实时到账
arrival-two-hours = 两小时后到账
arrival-next-day = 24 小时后到账
arrival-hint-real-time = 马上到，不能撤回。
arrival-hint-two-hours = 两小时内可以撤销。
arrival-hint-next-day = 次日同一时间到，24 小时内可以撤销。
payment-arrival = 到账方式

# 收款人名册
payees = 收款人
payees-lead = 您常付的人。加一个人、改称呼，都要输一次验证码。
payees-all = 查看全部收款人
payees-search = 姓名、称呼或账号
payees-none = 名册里还没有人。付过一次以后，可以在结果页上保存。
payees-none-found = 没有找到这个人
payee-add = 添加收款人
payee-add-lead = 姓名要和对方账户上的一致。
payee-save = 保存
payee-nickname = 您怎么称呼他
payee-nickname-hint = 比如“女儿”。对方看不到。
payee-nickname-long = 称呼最多 { $max } 个字
payee-rename = 改称呼
payee-remove = 删除
payee-remove-lead = 只从名册里删掉，付过的钱不受影响。
payee-remove-yes = 删除这个收款人
payee-pay = 付款
payee-keep = 保存这个收款人
payee-last = 上次付款
payee-times = 付过几次
payee-never-paid = 还没有付过
payee-do = 操作
payee-number = 账号
payee-name = 户名
approval-kind-payee-control = 收款人名册

# 付款记录
payments = 付款记录
payments-lead = 从您的账户付出的钱，最近的在前面。
payments-text = 付给谁，或附言
payments-least = 金额从
payments-most = 金额到
payments-from = 从哪天
payments-to = 到哪天
payments-any-state = 全部
payments-none = 还没有付过款
payments-none-found = 没有找到这样的付款
payments-look-on = 看过的这些里没有；再往前还有，请按“下一页”。

# 限额
limits-today = 今天还能用多少
limit-used-of-day = 今天用了
limit-left = 今天还能用 { $left }，已用 { $used }。
limit-day = 每天：{ $amount }
limit-each = 每笔最多 { $amount }。
limit-year = 全年最多 { $amount }，已用 { $used }。
own-cap-mine = 我自己设的每日限额
own-cap-none = 没有另设
own-cap-now = 现在：{ $amount }
