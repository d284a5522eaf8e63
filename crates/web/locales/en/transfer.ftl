# Transfers
pay-payee = Whom do you pay?
pay-payee-new = Somebody else
pay-payee-missing = Choose whom you pay
pay-new-hint = Fill in the next three only for somebody who is not in your book.
pay-to = To
pay-as-last-time = As last time: { $amount }
pay-arrival = When it arrives
pay-arrival-hint = What arrives at once cannot be taken back; what arrives later can be called off until then.
pay-arrival-first = This is your first payment to them, so it is set to arrive in two hours: until then you can call it off. You may change that.
pay-arrival-machine = Sent to others from a machine, it arrives after 24 hours and can be called off until then.
pay-arrives-now = It arrives as soon as you confirm and cannot be taken back.
pay-arrives-at = It arrives at about { $at }; until then you can call it off, and the money stays in your account.
pay-memo-none = No note
pay-leave = Do not send it
pay-after = Until you confirm, no money moves. After it, Payments shows how far it has come.
arrival-real-time = At once
arrival-two-hours = In two hours
arrival-next-day = In 24 hours
arrival-hint-real-time = There right away, cannot be taken back.
arrival-hint-two-hours = Can be called off for two hours.
arrival-hint-next-day = The same time tomorrow; can be called off for 24 hours.
payment-arrival = Arrival

# Payees
payees = Payees
payees-lead = The people you often pay. To add one or to rename one takes a new code.
payees-all = All payees
payees-search = Name, nickname or number
payees-none = Nobody is in your book yet. After a payment you can keep its payee from the result page.
payees-none-found = Nobody like that was found
payee-add = Add a payee
payee-add-lead = The name must be the one on their account.
payee-save = Save
payee-nickname = What you call them
payee-nickname-hint = For example “daughter”. They do not see it.
payee-nickname-long = At most { $max } characters
payee-rename = Rename
payee-remove = Remove
payee-remove-lead = It only leaves your book; what you paid stays as it is.
payee-remove-yes = Remove this payee
payee-pay = Pay
payee-keep = Keep this payee
payee-last = Last payment
payee-times = Times paid
payee-never-paid = Never paid yet
payee-do = Actions
payee-number = Account
payee-name = Name
approval-kind-payee-control = Payee book

# Payments made
payments = Payments
payments-lead = What was paid from your accounts, the latest first.
payments-text = To whom, or the note
payments-least = Amount from
payments-most = Amount to
payments-from = From
payments-to = To
payments-any-state = All
payments-none = Nothing was paid yet
payments-none-found = No such payment was found
payments-look-on = None among those looked at; there are older ones on the next page.

# Limits
limits-today = What is left today
limit-used-of-day = Used today
limit-left = { $left } left today, { $used } used.
limit-day = Each day: { $amount }
limit-each = { $amount } at most each time.
limit-year = { $amount } at most in a year, { $used } used.
own-cap-mine = My own daily limit
own-cap-none = none set
own-cap-now = Now: { $amount }
