design-title = 组件一览
design-lead = 每个组件的全部样例，供设计、开发和无障碍检查使用。
