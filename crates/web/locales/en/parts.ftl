# What components say themselves
drawer-page = Open as a page of its own
toast-close = Close this
live-lost = The connection is lost; the figures may be old. Trying again.
heat-row = Name
gauge-of = { $used } of { $limit } used
gauge-near = The limit is near.
work-since = Began { $when }.
work-leave = You may leave this page; the work goes on.
spark-payments = { $n ->
    [one] 1 payment
   *[other] { $n } payments
}

# Task codes and keys of staff
go-label = Task codes
go-field = Task code; type ? for all
go-placeholder = Code Alt+K
go-button = Go
tasks = Task codes
tasks-lead = Type a code or its letters at the top of any page and press Enter. Only tasks your role may do are listed.
task = Task
task-code = Code
task-code-hint = Four digits, letters, or a part of the name.
task-word = Letters
task-unknown = There is no code { $code }, or your role does not open it
task-unknown-next = Choose from the list below; for what is not in it, ask a colleague whose role allows it.
task-customer = Register a customer
task-firm = Register a firm
task-joining = Somebody joins
task-branch = Open a branch
keys = Keyboard
key = Key
key-does = What it does
key-go = Goes to the field for codes
key-list = Typed into that field, with Enter: opens this list
key-tab = Goes to the next thing to use; with Shift to the one before
key-rows = In a table: the next row, the row before
key-ends = In a table: the first row, the last row
key-enter = Opens it
key-escape = Closes details or a question that opened over the page

# Pictures
payments-days = Payments of this branch, last fourteen days
payments-days-about = Most on { $date }: { $n }.
payments-day = Day
home-chart-about = Most wait in “{ $queue }”.
run-chart = What became of the wages
run-chart-about = { $paid } of { $all } people have their money.
run-chart-what = Outcome
aids-label = Reading aids
