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

# Payments by file
batch = Payments by file
batch-lead = Many payments from one spreadsheet: sent, agreed to, paid one by one.
batch-none = No file was sent yet
batch-send = Send a file of payments
batch-send-lead = A payment a row: name, account, bank, amount, note. It is checked first; nothing is paid at once.
batch-columns = Needed: name, account, amount. May be there: bank (leave empty for accounts here), memo. A total is compared when there is one.
batch-file = File
batch-lines = Payments
batch-each = Payments, one by one
batch-made = Sent
batch-partly = { $n ->
    [one] One row was not taken
   *[other] { $n } rows were not taken
}
batch-partly-next = Ordering pays the others only. To pay all of them, call this file off, correct it as it says below and send it again.
batch-row = Row
batch-refused-rows = Rows not taken
batch-rejected = This file cannot be paid
batch-rejected-next = Correct it as it says below and send it again.
batch-known = This file was sent before
batch-known-next = It was not taken in again, and nothing is paid twice. If the same payments are meant once more, write another note into the file, such as the month.
batch-lapsed = Nobody agreed in time, or the request was taken back
batch-lapsed-next = Nothing was paid. Whoever sent the file can order it again.
batch-progress = Done
batch-unit = payments
batch-submit = Order these payments
batch-submit-lead = Every fee is found first. Where a second person is needed, nothing moves before they agree.
batch-approval = See who agrees
batch-cancel = Call this file off
batch-cancel-lead = Nothing of it will be paid; a corrected file can be sent.
batch-cancel-yes = Call it off
batch-result = Download the result
batch-failed = Download what failed
batch-failed-hint = What failed is still in your account. Correct it and send it as a new file; what was paid is not paid again.
batch-findings = What was found
batch-findings-file = Download the findings
batch-cell = Cell
batch-column = Column
batch-finding = Finding
batch-state-drafted = To be ordered
batch-state-rejected = Not taken
batch-state-submitted = Waiting for a second person
batch-state-paying = Being paid
batch-state-paid = Done
batch-state-cancelled = Called off
batch-line-waiting = Waiting
batch-line-open = Under way
batch-line-paid = Paid
batch-line-failed = Failed
approval-kind-bulk-pay = Payments by file
