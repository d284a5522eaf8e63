# 页面框架
skip-to-main = 跳到正文
nav-label = 主导航
crumbs-label = 所在位置
mode-to-elder = 长辈版
mode-to-customer = 标准版
sign-out = 退出登录
footer-promise = 费用先告知，后收取；办不了的事，会说明原因和下一步。
footer-request = 本页编号
go-home = 回到首页
print = 打印

# 表单
error-prefix = 错误：
error-summary-title = 请先改正以下内容
field-optional = （选填）
select-prompt = 请选择
password-show = 显示
password-hide = 隐藏
date-year = 年
date-month = 月
date-day = 日
filter-apply = 查询
filter-clear = 清除条件
summary-change = 修改
dialog-close = 关闭

# 列表与进度
table-empty = 目前没有记录。
pager-label = 翻页
pager-first = 回到第一页
pager-next = 下一页
chart-table = 查看数据表
step-done = （已完成）
step-now = （当前步骤）
step-later = （未开始）

# 金额与隐私
currency-CNY = 元
currency-USD = 美元
currency-EUR = 欧元
currency-JPY = 日元
currency-GBP = 英镑
currency-HKD = 港元
currency-AUD = 澳元
currency-internal = 券
masked-reveal = 显示全部
masked-audited = （查看会留下记录）

# 出错页
error-title = 这一步没有办成
error-reference = 咨询时请报编号
turn-next = 下一步
turn-back = 上一步
turn-place = 第 { $n } 步，共 { $all } 步
