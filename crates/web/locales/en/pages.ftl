# Navigation
nav-home = Home
nav-accounts = Accounts
nav-customers = Customers
nav-wages = Wages
nav-approvals = Approvals
nav-pay = Transfer
nav-slips = Pay slips
nav-guard = Risk
nav-clearing = Clearing
nav-outbox = Events
nav-day = Close of day
nav-audit = Audit
nav-notices = Notices
nav-devices = Devices
cancel = Cancel

# Roles
role-teller = teller
role-lobby-manager = lobby manager
role-branch-manager = branch manager
role-payroll-officer = payroll officer
role-operations-checker = operations checker
role-risk-officer = risk officer
role-operator = operator
role-auditor = auditor
role-customer-manager = customer manager
role-head-office-admin = head office administrator
role-firm-owner = owner of the firm
role-payroll-clerk = payroll clerk
role-payroll-checker = payroll checker
role-customer = customer
role-client = program
role-system = system

# Signing in
sign-in-title = Sign in
sign-in-lead = With your sign-in name, your password and the six digits of your authenticator.
sign-in-name = Sign-in name
sign-in-password = Password
sign-in-code = Code
sign-in-code-hint = The six digits in your authenticator app; they change every 30 seconds. We will never call and ask for them.
sign-in-button = Sign in
sign-in-refused = Name, password or code is wrong. After five failures you must wait a minute, then twice as long each time; try again later, or ask at a branch.
sign-in-ended-title = You were signed out
sign-in-ended-text = You had not done anything for a while: 10 minutes for customers, 15 for staff. Sign in to go on where you were.
sign-in-help = Trouble signing in
sign-in-help-text = If you forgot your password, changed your phone or were paused, bring your identity document to any branch; if you cannot come, the branch can arrange a visit.
step-up-title = Enter the code once more
step-up-lead = The next step matters; please confirm that it is you.
step-up-hint = Wait until the authenticator shows new digits: a used code is not taken again.
step-up-button = Continue
step-up-refused = The code is wrong or was used before. Wait for new digits; after five failures you are signed out.
act-for-title = Whom you act for
act-for-lead = For yourself, or for a firm where you hold a role. Everything is recorded under your name.
act-for-whom = This time for
act-for-self = myself
act-for-button = Continue

# The first page
welcome-title = Yizhan: the open digital branch
welcome-lead = Counter, phone, firm and branch work on the same books, which anyone can compute again.
welcome-sign-in = Sign in
welcome-elder = Large text
welcome-what = What you can do here
welcome-point-1 = See your accounts, see the fee before you pay, and follow every payment to its end.
welcome-point-2 = Firms pay wages from a roster: one makes the sheet, another checks it, and every worker sees each pay slip.
welcome-point-3 = A payment that is stopped says why and what comes next, and people look at it; it never slips through.
welcome-point-4 = No smartphone is needed: every page works without scripts, and every counter does the same.
welcome-status = Today
welcome-open = Open
welcome-business-day = Business day
welcome-design = Components
welcome-api = Interface for programs

# Demo
demo-title = Demonstration bank
demo-notice = The people, firms and accounts here are made up
demo-notice-text = Do not enter real names, document or account numbers. Sign-in names and passwords are shown in the terminal at start.
demo-files = Files to download and upload again
demo-file = File
demo-project = Project
demo-login = Who uploads it

# Home
home-hello = Hello, { $name }
home-waiting = Waiting for you
home-queue = What
home-count = How many
home-nothing-waits = Nothing is waiting
home-accounts = Accounts
home-account = Account
home-available = Available
home-held = Held
home-projects = Wage projects
home-project = Project
home-workers = Workers
home-balance = Wage account
home-pay-day = Next pay day
home-slips = Latest pay slips
home-slip = Pay slip
home-employer = Employer
home-net = Net
home-notices = Unread notices
home-all-notices = All notices
waiting-approvals = To approve
waiting-held = Payments that are held
waiting-clearing = Transfers of unknown outcome
waiting-parked = Parked events
waiting-day = What keeps the day open
tile-pay = Transfer
hint-tile-pay = To people and firms
tile-slips = Pay slips
hint-tile-slips = Due, deductions and net, month by month
tile-wages = Pay wages
hint-tile-wages = Roster, pay sheets, progress
tile-act-for = Whom you act for
hint-tile-act-for = Yourself, or a firm where you hold a role
tile-devices = Devices
hint-tile-devices = Where you are signed in, and how to end it

# Notices and devices
notices-title = Notices
notices-when = When
notices-what = What
notices-state = State
notices-empty = There are no notices yet.
notices-read-all = Mark all as read
notice-new = New
devices-title = Devices
devices-lead = You are signed in at these places. End what you do not know at once, and change your password at a branch.
devices-since = Since
devices-seen = Last used
devices-where = Where
devices-here = this one
devices-elsewhere = another one
devices-action = Actions
devices-end = End it
