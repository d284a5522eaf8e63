# The page around a page
skip-to-main = Skip to main content
nav-label = Main navigation
crumbs-label = You are here
mode-to-elder = Large text
mode-to-customer = Standard
sign-out = Sign out
footer-promise = You see every fee before it is taken. When something cannot be done, we say why and what to do next.
footer-request = Page number
go-home = Go to the first page
print = Print

# Forms
error-prefix = Error:{" "}
error-summary-title = Please correct the following
field-optional = {" "}(optional)
select-prompt = Please choose
password-show = Show
password-hide = Hide
date-year = Year
date-month = Month
date-day = Day
filter-apply = Search
filter-clear = Clear filters
summary-change = Change{" "}
dialog-close = Close

# Lists and progress
table-empty = There are no records yet.
pager-label = Pages
pager-first = Back to the first page
pager-next = Next page
chart-table = Show the figures
step-done = {" "}(done)
step-now = {" "}(current step)
step-later = {" "}(not started)

# Amounts and privacy
currency-CNY = yuan
currency-USD = US dollars
currency-EUR = euros
currency-JPY = yen
currency-GBP = pounds
currency-HKD = Hong Kong dollars
currency-AUD = Australian dollars
currency-internal = coupon
masked-reveal = Show all
masked-audited = (this is recorded)

# The page that tells an error
error-title = This did not work
error-reference = When you ask for help, give this number
turn-next = Next
turn-back = Back
turn-place = Question { $n } of { $all }
