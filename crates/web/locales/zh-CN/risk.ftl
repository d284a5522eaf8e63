# 风险规则
error-bad-risk-rules = 风险规则有误，整套都没有采用（{ $message }）
    .remedy = 请改正指出的文件和字段后重新载入。
error-bad-risk-model = 风险模型不能使用（{ $message }）
    .remedy = 请用现行规则重新训练模型，或先不使用模型。
error-bad-risk-history = 历史交易文件有误（{ $message }）
    .remedy = 请改正指出的那一行后重新运行。

# 收款单位的类别
approval-kind-firm-class = 收款类别
firm-class-title = 收款类别
firm-class-lead = 医疗、社会保障、公用事业的付款，可疑时最多要求核实身份，不延迟、不拦截。类别由两人凭证件核定，与付款人写的用途无关。
firm-class = 类别
firm-class-medical = 医疗
firm-class-hint-medical = 医院、诊所
firm-class-social-security = 社会保障
firm-class-hint-social-security = 社保缴费和救助
firm-class-utilities = 公用事业
firm-class-hint-utilities = 水、电、气、暖
firm-class-tax = 税务
firm-class-hint-tax = 记录在案；可疑付款照常处理
firm-class-none = 取消类别
firm-class-history = 核定记录
firm-class-never = 还没有核定过类别。
firm-class-verified = 核定人
firm-class-asked = 申请人
firm-class-change = 申请核定
firm-class-document-hint = 执业许可证、登记证等的名称和编号；取消类别时不用填。三年后到期，要重新核定。
verified-firms = 已核验的单位
verified-firms-lead = 医院、社保、水电气、税务。付给前三类的钱不会被行为规则拖延。
verified-firms-none = 还没有核验过的单位
