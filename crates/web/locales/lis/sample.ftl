# The place of a third language, shown by a sample. This is NOT Lisu: no speaker has written or checked a word of it. Each text
# says in Chinese that it is a sample. All other keys fall back to zh-CN.
sign-out = ［傈僳语样例］退出登录
welcome-sign-in = ［傈僳语样例］登录
nav-home = ［傈僳语样例］首页
