# 组件自己说的话
drawer-page = 在单独的页面打开
toast-close = 知道了
live-lost = 连接断了，页面上的数字可能不是最新的，正在重新连接。
heat-row = 名称
gauge-of = 已用 { $used }，共 { $limit }
gauge-near = 快到上限了。
work-since = { $when } 开始。
work-leave = 您可以离开这个页面，办理不会中断。
spark-payments = { $n } 笔

# 员工的快捷代码和键盘
go-label = 快捷代码
go-field = 业务代码，输入 ? 查看全部
go-placeholder = 代码 Alt+K
go-button = 前往
tasks = 业务代码
tasks-lead = 在页面上方输入代码或者字母，按回车直接到达。这里只列出您的岗位能办的业务。
task = 业务
task-code = 代码
task-code-hint = 四位代码、字母或者名称里的字。
task-word = 字母
task-unknown = 没有“{ $code }”这个代码，或者您的岗位不能办
task-unknown-next = 请在下面的清单里选；清单里没有的，请由有权限的同事办理。
task-customer = 登记客户
task-firm = 登记单位
task-joining = 员工入职
task-branch = 开设网点
keys = 键盘
key = 按键
key-does = 作用
key-go = 到代码框
key-list = 在代码框里输入并回车：打开这个清单
key-tab = 到下一个可以操作的地方；加 Shift 回到上一个
key-rows = 在表格里：到下一行、上一行
key-ends = 在表格里：到第一行、最后一行
key-enter = 打开
key-escape = 关掉旁边打开的详情或者对话框

# 图
payments-days = 本网点最近十四天的付款
payments-days-about = { $date }最多，{ $n } 笔。
payments-day = 日期
home-chart-about = “{ $queue }”最多。
run-chart = 发放结果
run-chart-about = 共 { $all } 人，已到账 { $paid } 人。
run-chart-what = 结果
aids-label = 阅读帮助
