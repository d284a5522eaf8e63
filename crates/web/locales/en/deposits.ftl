### Deposits: mine, opening, drawing and its cost, notice, what happens at the end

deposits = Deposits
deposits-lead = Term and notice deposits and large certificates. Interest counts by the day and is paid at the end by itself.
deposits-sum = Principal of your deposits
deposits-mine = My deposits
deposits-none = You have no deposits yet. Money in your current account earns interest too; a term earns more.
deposits-closed = Deposits that ended
deposit-open = Open a deposit
deposit-open-lead = The money comes from your current account, and goes back there with its interest at the end.
deposit-rates = Today's rates
deposit-product = Product
deposit-rate = Rate a year
deposit-rate-of = { $rate } a year
deposit-minimum = Smallest amount
deposit-years = { $n ->
    [one] 1 year
   *[other] { $n } years
}
deposit-months = { $n ->
    [one] 1 month
   *[other] { $n } months
}
deposit-no-term = no fixed term
deposit-until = until { $day }, { $n ->
    [one] 1 day left
   *[other] { $n } days left
}
deposit-principal = Principal
deposit-paid = Interest paid
deposit-state = State
deposit-state-open = Running
deposit-state-overdue = Due, not paid yet
deposit-state-closed = Ended
deposit-overdue = This deposit is due and could not be paid to you yet
deposit-overdue-next = Your money is all there and goes on earning the demand rate. The bank tries again every night; ask at the counter or by phone for the reason.
deposit-began = Earns from
deposit-matures = Last day
deposit-then = Then
deposit-linked = Linked account
deposit-rollover-none = Principal and interest come back
deposit-rollover-none-hint = On the last day the money is in your current account.
deposit-rollover-principal = The principal goes on, the interest comes back
deposit-rollover-principal-hint = Another term at the rate of the last day.
deposit-rollover-principal-and-interest = Principal and interest go on
deposit-rollover-principal-and-interest-hint = Another term for both, at the rate of the last day.
deposit-rollover-set = Do it so
deposit-see = Look at the deposit
deposit-draw = Draw
deposit-draw-early = Draw early
deposit-draw-lead = First see what it costs, then decide. Nothing moves yet.
deposit-draw-how-much = How much?
deposit-draw-all = All of it: { $amount }
deposit-draw-part = A part
deposit-part = Amount of the part
deposit-part-hint = Only when you chose a part.
deposit-draw-cost = See what it costs
deposit-draw-amount = Principal drawn
deposit-draw-do = Draw it
deposit-draw-anyway = Lose { $lost } and draw it
deposit-keep = Keep it
deposit-cost = What drawing early costs
deposit-cost-title = Drawn now, you lose { $lost } of interest
deposit-cost-none = Drawing now costs no interest
deposit-cost-text = Kept until { $day } it brings { $kept } of interest; drawn today only { $now }. The principal is untouched.
deposit-cost-notice = Without notice it earns the demand rate only. Give notice first and draw on the day: then it earns what was agreed.
deposit-cost-about = Drawn today it brings { $lost } less interest than kept to the end.
deposit-cost-changed = The interest changed, so nothing was drawn
deposit-cost-changed-next = What you saw is not today's interest any more. Look at the new figures and decide again.
deposit-if-now = Drawn today
deposit-if-kept = Kept to the end
deposit-when = When it is drawn
deposit-interest = Interest
deposit-interest-then = Interest at the end
deposit-tax = Tax on interest
deposit-arrives = Arrives
deposit-stays = Stays in the deposit
deposit-lost = Interest lost
deposit-term = Term
deposit-notice = Give notice
deposit-notice-amount = How much will be drawn?
deposit-notice-do = Give notice
deposit-notice-lead = Notice given today lets you draw at the agreed rate on { $day }, in { $n ->
    [one] 1 day
   *[other] { $n } days
}.
deposit-notices = Notices that stand
deposit-notice-given = Given on
deposit-notice-due = To be drawn on
deposit-notice-back = Take it back
deposit-history = What happened
deposit-step = Step
deposit-step-opened = Opened
deposit-step-drawn = Part drawn
deposit-step-rolled = Gone on for another term
deposit-step-matured = Paid at the end
deposit-step-closed = Ended
deposit-done-opened = The deposit is open
deposit-done-drawn = Drawn; the money is in your account
deposit-done-rolled = It goes on for another term
deposit-done-matured = It was paid at its end
deposit-done-closed = It has ended; the money is in your account
deposit-day = Day
deposit-what = Which one?
deposit-what-missing = Choose one of the deposits
deposit-offer = { $rate } a year, from { $least }
deposit-how-much = How much?
deposit-short = Only { $available } is free in the account; put in less, or pay money in first
deposit-check = Look once more
deposit-check-lead = When you confirm, the money goes from your account into this deposit.
deposit-open-do = Open the deposit
deposit-broken-hint = You may draw before the last day, but what you draw earns only the demand rate of that day, { $rate } now.
interest-settle = Pay its interest now (before closing)
