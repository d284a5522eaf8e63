# 导航
nav-home = 首页
nav-accounts = 账户
nav-customers = 客户
nav-wages = 工资
nav-approvals = 复核
nav-pay = 转账
nav-slips = 工资条
nav-guard = 风险
nav-clearing = 清算
nav-outbox = 事件
nav-day = 日终
nav-audit = 审计
nav-notices = 通知
nav-devices = 登录设备
cancel = 取消

# 角色
role-teller = 柜员
role-lobby-manager = 大堂经理
role-branch-manager = 网点主管
role-payroll-officer = 代发经办
role-operations-checker = 运营复核
role-risk-officer = 风险专员
role-operator = 运维
role-auditor = 审计员
role-customer-manager = 客户经理
role-head-office-admin = 总行管理员
role-firm-owner = 单位负责人
role-payroll-clerk = 工资经办
role-payroll-checker = 工资复核
role-customer = 客户
role-client = 程序
role-system = 系统

# 登录
sign-in-title = 登录
sign-in-lead = 用您的登录名、密码和验证器上的六位数字登录。
sign-in-name = 登录名
sign-in-password = 密码
sign-in-code = 验证码
sign-in-code-hint = 验证器应用上的六位数字，每 30 秒换一次。我们绝不会打电话问您要它。
sign-in-button = 登录
sign-in-refused = 登录名、密码或验证码不对。连错五次后要等一分钟，再错时间加倍；请稍等再试，或到网点请工作人员帮助。
sign-in-ended-title = 您已退出登录
sign-in-ended-text = 您有一阵没有操作，为了安全已退出；客户 10 分钟，员工 15 分钟。登录后会回到刚才那一页。
sign-in-help = 登录遇到困难
sign-in-help-text = 忘记密码、换了手机或被暂停登录，请带身份证件到任一网点；不方便出门时，可请网点预约上门。
step-up-title = 再输入一次验证码
step-up-lead = 接下来这一步要紧，请再确认是您本人。
step-up-hint = 请等验证器换成新的数字：用过的不能再用。
step-up-button = 继续
step-up-refused = 验证码不对或已经用过。请等新的数字出现再输入；连错五次会退出登录。
act-for-title = 替谁办事
act-for-lead = 以本人身份，或替您任职的单位办理。每一笔都记在您名下。
act-for-whom = 这一次替谁
act-for-self = 我自己
act-for-button = 确定

# 公开首页
welcome-title = 驿站：开放的数字网点
welcome-lead = 柜台、手机、单位和网点用的是同一本账，谁都可以重新核算。
welcome-sign-in = 登录
welcome-elder = 长辈版
welcome-what = 您可以在这里
welcome-point-1 = 查看账户，转账前先看到费用，每一笔都能查到去向。
welcome-point-2 = 单位按花名册代发工资，一人做表、一人复核，工人本人看得到每一张工资条。
welcome-point-3 = 被拦下的付款会说明原因和下一步，由工作人员处理，不会悄悄放行。
welcome-point-4 = 不会用手机也没关系：每一页不开脚本也能用，到网点办理也一样。
welcome-status = 今天
welcome-open = 营业中
welcome-business-day = 营业日期
welcome-design = 页面组件
welcome-api = 程序接口说明

# 演示
demo-title = 演示银行
demo-notice = 这里的人、单位和账户都是编造的
demo-notice-text = 请不要输入真实的姓名、证件号或账号。登录名和密码在启动时显示在终端里。
demo-files = 可以下载后再上传的文件
demo-file = 文件
demo-project = 项目
demo-login = 谁来上传

# 首页
home-hello = { $name }，您好
home-waiting = 等您处理
home-queue = 事项
home-count = 笔数
home-nothing-waits = 没有等待处理的事项
home-accounts = 账户
home-account = 账户
home-available = 可用余额
home-held = 已冻结
home-projects = 工资项目
home-project = 项目
home-workers = 在册人数
home-balance = 专户余额
home-pay-day = 下次发薪日
home-slips = 最近的工资条
home-slip = 工资条
home-employer = 用工单位
home-net = 实发
home-notices = 未读通知
home-all-notices = 全部通知
waiting-approvals = 待复核
waiting-held = 被拦下的付款
waiting-clearing = 结果不明的汇款
waiting-parked = 停下的事件
waiting-day = 挡住日终的事项
tile-pay = 转账
hint-tile-pay = 给个人或单位
tile-slips = 工资条
hint-tile-slips = 每个月的应发、扣款和实发
tile-wages = 发工资
hint-tile-wages = 花名册、工资表、发放进度
tile-act-for = 替谁办事
hint-tile-act-for = 本人或您任职的单位
tile-devices = 登录设备
hint-tile-devices = 看看在哪里登录着，可以远程退出

# 通知与设备
notices-title = 通知
notices-when = 时间
notices-what = 内容
notices-state = 状态
notices-empty = 还没有通知。
notices-read-all = 全部标为已读
notice-new = 未读
devices-title = 登录设备
devices-lead = 这些地方现在登录着。不认得的请马上结束，并到网点改密码。
devices-since = 登录时间
devices-seen = 最近使用
devices-where = 位置
devices-here = 这一台
devices-elsewhere = 另一台
devices-action = 操作
devices-end = 结束登录
