# Risk rules
error-bad-risk-rules = The risk rules are not right and none of the set was taken: { $message }
    .remedy = Please correct the named file and field and load the set again.
error-bad-risk-model = The risk model cannot be used: { $message }
    .remedy = Please train it again with the rules in force, or go without a model.
error-bad-risk-history = The file of past payments is not right: { $message }
    .remedy = Please correct the named line and run it again.

# What a firm is paid for
approval-kind-firm-class = Payee class
firm-class-title = Payee class
firm-class-lead = A payment for medical care, social security or utilities is asked for a proof of identity at most: it is neither delayed nor stopped on a suspicion. Two people verify the class by a document; what a payer writes does not count.
firm-class = Class
firm-class-medical = Medical
firm-class-hint-medical = Hospitals and clinics
firm-class-social-security = Social security
firm-class-hint-social-security = Contributions and relief
firm-class-utilities = Utilities
firm-class-hint-utilities = Water, power, gas, heat
firm-class-tax = Tax
firm-class-hint-tax = On record; suspicious payments are treated as any other
firm-class-none = Take the class back
firm-class-history = On record
firm-class-never = No class was verified yet.
firm-class-verified = Verified by
firm-class-asked = Asked for by
firm-class-change = Ask for a change
firm-class-document-hint = Name and number of the licence or registration; leave it empty to take the class back. It ends after three years and is then verified anew.
verified-firms = Verified firms
verified-firms-lead = Hospitals, social security, utilities, tax. Payments to the first three are not delayed for behaviour.
verified-firms-none = No firm is verified yet
