# Risk rules
error-bad-risk-rules = The risk rules are not right and none of the set was taken: { $message }
    .remedy = Please correct the named file and field and load the set again.
error-bad-risk-model = The risk model cannot be used: { $message }
    .remedy = Please train it again with the rules in force, or go without a model.
error-bad-risk-history = The file of past payments is not right: { $message }
    .remedy = Please correct the named line and run it again.
