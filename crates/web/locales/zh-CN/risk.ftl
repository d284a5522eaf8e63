# 风险规则
error-bad-risk-rules = 风险规则有误，整套都没有采用（{ $message }）
    .remedy = 请改正指出的文件和字段后重新载入。
error-bad-risk-model = 风险模型不能使用（{ $message }）
    .remedy = 请用现行规则重新训练模型，或先不使用模型。
error-bad-risk-history = 历史交易文件有误（{ $message }）
    .remedy = 请改正指出的那一行后重新运行。
