# Payments
notice-payment-posted = { $money } was paid from your account to { $payee }. If this was not you, call the branch at once.
notice-payment-posted-payee = { $money } has come into your account.
notice-payment-awaiting-approval = A payment of { $money } waits for a second person. The money is reserved and has not left the account.
notice-payment-challenged = Please confirm a payment of { $money }. The money is still in your account. If this was not you, cancel it and call the branch at once.
notice-payment-delayed = A payment of { $money } to { $payee } will go at { $until }. The money is still in your account, and until then you can cancel it.
notice-payment-held = The bank is looking at a payment of { $money }. The money is still in your account; our staff will see to it soon, and you can cancel it.
notice-payment-refused = A payment of { $money } was not made. { $refusal }
notice-payment-cancelled = A payment of { $money } was cancelled; the money stays in your account.
notice-payment-expired = A payment of { $money } was not dealt with in time and has ended; the money stays in your account.
notice-clearing-returned = { $money } sent to another bank came back and is in your account again. Reason: { $reason }.

# Checking
notice-approval-asked = Your firm has something to check: { $kind }.
notice-approval-first-approved = One person has approved: { $kind }. Another one has to check it too.
notice-approval-refused = What you asked for was not approved and not done: { $kind }. Reason: { $reason }
notice-approval-sent-back = What you asked for was sent back for correction: { $kind }. Reason: { $reason }
notice-approval-expired = The time for what you asked ran out and nothing was done: { $kind }. Ask again if it is still wanted.
notice-approval-executed = What you asked for was approved and is done: { $kind }.
notice-approval-failed = What you asked for was approved but could not be done: { $kind }. Open it to see why.

# Wages
notice-payroll-project-opened = The wage account is open; you can upload the roster.
notice-payroll-sheet-submitted = A pay sheet waits to be checked: people { $lines }, net total { $money }.
notice-payroll-sheet-checked = A pay sheet was checked and can be paid.
notice-payroll-sheet-sent-back = A pay sheet was sent back for correction and not paid. Reason: { $reason }
notice-payroll-sheet-cancelled = A pay sheet was cancelled and will not be paid.
notice-payroll-money-returned = Wages of { $money } that could not be paid are back in the wage account. Correct the accounts, then pay them again.
notice-payroll-run-finished = { $failed ->
    [0] The wages are paid: everybody has received them ({ $paid }).
   *[other] The wages are paid: { $paid } received, { $failed } not paid. Open the pay sheet to see why and what to do.
}
notice-payroll-line-paid = { $wage ->
    [supplement] Your additional pay for { $period }, { $money }, is in your account { $account }. Employer: { $employer }.
   *[other] Your wage for { $period }, { $money }, is in your account { $account }. Employer: { $employer }.
}
notice-payroll-line-failed = Your wage of { $money } did not reach your account: { $reason }. It is not lost; it goes back to your employer's wage account. Ask your employer's payroll clerk, and it will be paid again.

# Safety and rights
notice-guard-party-frozen = { $kind ->
    [all] Your accounts cannot be paid from or into at present. Bring your identity document to any branch to learn why and what to do.
   *[other] Your accounts cannot pay at present. Bring your identity document to any branch to learn why and what to do.
}
notice-guard-party-released = One of the stops on your accounts was lifted.
notice-party-signed-in = Somebody has just signed in with your name on a new device. If this was not you, end it at once under "Devices", and change your password at any branch.
notice-party-visit-begun = Somebody has just been served with your identity card and face at a machine: { $place }. If this was not you, call any branch at once.
notice-party-login-paused = Signing in with your name failed { $failures } times and pauses until { $until }. If this was not you, call any branch.
notice-party-granted = You can now act as: { $role }.
notice-party-revoked = You can no longer act as: { $role }.
notice-party-passkey-made = A passkey was added to your sign-in name. If this was not you, remove it under Devices at once and call any branch.
notice-party-passkey-removed = One of your passkeys was removed and no longer signs you in.
notice-party-passkey-suspect = One of your passkeys seems to be in two places and was stopped. Remove it under Devices; if this was not you, call any branch.
notice-party-phone-changed = The telephone number the bank has of you, { $masked }, was replaced by another. If this was not you, call the bank or visit any branch at once.
notice-party-address-changed = The address the bank has of you was changed. If this was not you, call the bank or visit any branch at once.
notice-party-document-changed = The document the bank knows you by was changed at a branch. If this was not you, call the bank or visit any branch at once.
notice-party-tier-changed = The class of your accounts changed from { $from } to { $to }; the limits of the new class apply. Any branch will explain them.

# Interfaces
notice-webhook-disabled = Nothing could be delivered to { $url } for days, so it was switched off. Check it and subscribe again.

# Pay slips
wage-item-other = Other

# Why a wage was not paid
wage-fail-not-on-roster = The worker is not on the project's roster
wage-fail-not-on-roster-next = Put the worker on the roster with an own account, then pay again.

# Customer managers, family, calls
notice-party-manager-assigned = { $from } looks after you from now on. The help page shows the face, and there you can ask to be called.
notice-family-invited = { $from } asks you to keep an eye on an account. Say yes or no under "Family"; you can look, and never move money.
notice-family-accepted = { $from } accepted and can now see what you share. You can end it at any time.
notice-family-declined = { $from } did not accept your invitation.
notice-family-ended = { $from } ended the family view; nothing is shared any more.
notice-payment-unusual-family = A payment of { $money } by { $from } was stopped by the bank to be checked. Ring and ask whether somebody told them to send it.
notice-call-back-taken = { $from } will call you. Look at the words on the help page first: who cannot say them is not the bank.
notice-call-back-not-reached = We rang and did not reach you. We will try again.
notice-call-back-given-up = We rang three times and did not reach you. Ask again on the help page if you still want to be called.
notice-call-back-overdue = Sorry, the call we promised is late. We ring you as soon as we can.

# Cards
notice-cards-approved = Your card was approved and is being made. You will be told when it is ready.
notice-cards-declined = The card you asked for was not approved. Ask your branch why.
notice-cards-produced = Your card { $masked } is ready. Bring your identity document to the branch where you fetch it.
notice-cards-lost = Your card { $masked } was reported lost and pays nothing. The money in your account is not touched. If this was not you, call the branch at once.
notice-cards-closed = Your card { $masked } was closed. Your account and its money stay.
notice-cards-stated = Your credit card statement is there: please repay { $money } by { $due }.

# Deposits
notice-deposits-due-soon = { $rollover ->
    [none] Your deposit { $account } ({ $money }) falls due on { $matures }. It then goes to your current account with its interest. To keep it for another term, change that before the day.
    [principal] Your deposit { $account } ({ $money }) falls due on { $matures }. It then goes on for the same term, and the interest goes to your current account. To take it out, change that before the day.
   *[other] Your deposit { $account } ({ $money }) falls due on { $matures }. It then goes on for the same term together with its interest. To take it out, change that before the day.
}
notice-deposits-matured = Your deposit fell due: { $money } and interest of { $interest } are in your account { $account }.
notice-deposits-rolled = Your deposit { $account } fell due and goes on for another term: { $money } until { $matures }. The interest was { $interest }.
notice-deposits-overdue = Your deposit { $account } fell due and { $money } could not be paid. The money is there, earns the rate of a current account from its last day on, and the bank tries again each night. Bring your identity document to any branch to learn why.
notice-deposits-asleep = Your account { $account } has not been used for long and was put to sleep: it neither pays nor receives. The money is there and earns interest. To use it again, bring your identity document to any branch.
notice-deposits-woken = Your account { $account } is awake and can be used as before.

# Accounts
notice-account-restricted = { $kind ->
    [no_debits] Your account { $account } cannot pay at present; it can be paid into. Bring your identity document to any branch to learn why and what to do.
    [no_credits] Your account { $account } cannot be paid into at present. Bring your identity document to any branch to learn why and what to do.
    [counter_only] Your account { $account } pays at a counter only at present. Bring your identity document to any branch to learn why and what to do.
    [freeze] Part of the money in your account { $account } cannot be moved at present. Bring your identity document to any branch to learn why and what to do.
   *[other] There is a restriction on your account { $account }. Bring your identity document to any branch to learn why and what to do.
}
notice-account-lifted = A restriction on your account { $account } was lifted.
notice-account-closed = Your account { $account } was closed. If this was not you, call the branch at once.

# Wealth products
notice-wealth-in-review = Another person of the bank looks at your order of { $product } for { $money } first. The money is put aside and not paid; you can call it off at any time.
notice-wealth-cooling = We have your order of { $product } for { $money }. Until { $until } you can call it off: all of the money comes back, at no cost. If this was not you, call it off at once and tell the branch.
notice-wealth-due = { $product } is being paid back to you: { $units } units. The money comes to your account on { $pays_on } or the next day the bank works.
notice-wealth-confirmed = { $kind ->
    [redeem] { $money } from { $product } is in your account ({ $units } units).
   *[other] You bought { $product }: { $money } paid, { $units } units received. Their worth rises and falls.
}
notice-wealth-refused = Your order of { $product } was not carried out. All of { $money } is back in your account. Reason: { $why }.
notice-wealth-cancelled = Your order of { $product } was called off. All of { $money } is back in your account.

# Machines
notice-till-interrupted = { $kind ->
    [withdrawal] The machine { $place } stopped while you drew cash. By its counters { $money } was taken from your account; notes you did not take were not. If that is wrong, call the branch.
   *[other] The machine { $place } stopped while you paid cash in. By its counters { $money } is in your account, and the other notes were given back. If that is wrong, call the branch.
}
notice-till-interrupted-open = { $kind ->
    [withdrawal] Your drawing at { $place } did not go to its end. { $open } that the machine paid does not agree with the books; { $money } was taken from your account. The bank counts the machine and answers you by { $due }. You need do nothing.
   *[other] Your cash did not all get to your account at { $place }. { $open } stayed in the machine and is not in your account yet ({ $money } is). It is not lost: the bank counts the machine, answers you by { $due }, and what is yours goes to your account. You need do nothing.
}

# Sites
notice-worksite-funding-late = Wage money for “{ $place }” was due on { $due } and { $money } did not come that day. Report it to the labour bureau and the authority of your trade until { $until }, and write the number of the report down here.
notice-worksite-forecast-short = Wages of “{ $place }” are paid on { $due }, and as things stand { $money } will be missing. Ask the owner to pay, or ask for a top-up.
notice-worksite-top-up-approved = The owner agreed to { $money } more wage money for “{ $place }”, due on { $due }.
notice-worksite-top-up-refused = The owner did not agree to { $money } more wage money for “{ $place }”. Reason: { $reason }

# Safety lock, trusted contact, fraud
notice-safety-locked = Your account safety lock is stricter now, at once. If this was not you, ring the bank.
notice-safety-loosening-asked = Somebody asked in your name to loosen your safety lock; it takes effect at { $until }. If it was not you, choose "Keep it locked" under "Safety lock".
notice-safety-loosening-withdrawn = The wish to loosen your safety lock was taken back; the lock stays as it is.
notice-safety-loosened = Your safety lock is looser now, as you asked.
notice-safety-contact-named = { $from } asks you to be a trusted contact. Look under "Trusted contact" and say yes or no.
notice-safety-contact-accepted = { $from } agreed to be your trusted contact and is told when a payment of yours is delayed or stopped.
notice-safety-contact-ended = { $from } ended being a trusted contact.
notice-safety-report-decided = The bank has looked at the payee of the payment that you called a fraud. Thank you for telling us.
notice-talk-manager-called = Please come to the counter: a customer wants a large sum, and the teller asks you to talk to him together.
notice-talk-police-called = After a talk with a customer the teller called the police. Please have a look.
notice-case-appeal-decided = Your objection or complaint was answered. Look under "My objections and complaints".
notice-diligence-lowered = The class of your accounts went down from { $from } to { $to }. { $why } Bring your identity document and what explains it to any branch. If you see it differently, say so under "Limits"; we answer within 15 days.
notice-diligence-given-back = The class of your accounts is { $to } again, with its limits.
notice-orders-placed = { $kind ->
    [stop] By law an authority has your payments stopped, until { $until } at the latest. You can still receive. Bring your identity document to any branch to learn why, how to object and what to bring.
   *[other] By law an authority has frozen money of yours until { $until }. Bring your identity document to any branch to learn why, how to object and what to bring.
}
notice-orders-renewed = The freeze of your money by an authority has changed. Bring your identity document to any branch to learn more.
notice-orders-taken = { $kind ->
    [return] By law { $money } of your frozen money went back to a victim. Bring your identity document to any branch to learn more.
   *[other] By law { $money } was taken from your account. Bring your identity document to any branch to learn why and how to object.
}
notice-orders-ended = A stop or freeze of your money by an authority has ended.
notice-payment-stopped-trusted = A payment of { $from } was delayed or stopped. Ring and ask whether somebody is pressing for it.
notice-safety-loosening-trusted = { $from } asked to loosen the account safety lock, which takes a day. Ring and ask whether it was their own wish.
# Warnings of wages, cases of arrears, complaints
notice-arrears-warned = { $place }: { $kind }, warnings: { $lines }. Act soon; a warning clears by itself once the matter is mended.
notice-arrears-escalated = { $place }: { $kind } was not dealt with and was passed on. Act today.
notice-arrears-escalated-bureau = { $place }: { $kind }, warnings: { $lines }. Neither the firm nor the bank mended it in time; it is now reported to you.
notice-arrears-turn-staff = { $place }: a warning or a case of wages is yours to act on now. Open it today; report upwards what you cannot settle.
notice-arrears-case-opened = { $place }: wages of { $money } are owed, people: { $lines }. The bank opened a case. Pay first, then recover by contract.
notice-arrears-case-opened-bureau = { $place }: a case of wages in arrears was opened, people: { $lines }, { $money }.
notice-arrears-case-opened-worker = { $place }: a case was opened for the wage you are owed. You need to do nothing; we tell you when it is paid.
notice-arrears-case-told = { $place }: your firm was told of wages in arrears, people: { $lines }, { $money }. Pay at once, and report to the labour bureau and your authority.
notice-arrears-case-closed = { $place }: the case of wages in arrears was closed.
notice-arrears-case-reported = { $place }: the firm reported the arrears to the labour bureau.
notice-arrears-case-reported-bureau = { $place }: the firm reports wages in arrears, people: { $lines }, { $money }.
notice-arrears-case-ordered = The labour bureau orders { $money } for { $place } to be paid by { $due }, document { $reference }.
notice-arrears-case-noticed = The labour bureau called on the guarantee deposit for { $place }: { $money }.
notice-arrears-case-defaulted = { $place }: the firm did not pay { $money } by { $due }.
notice-arrears-case-defaulted-bureau = { $place }: the firm did not pay { $money } by { $due }, document { $reference }. You may call on the guarantee deposit.
notice-arrears-case-paid = { $place }: all wages of the case are paid, { $money }.
notice-arrears-case-paid-worker = { $place }: the wages of the case are paid. If yours did not arrive, ask at a branch.
notice-arrears-complaint-received-bureau = A complaint about wages came in and waits for you.
notice-payroll-site-rules-put = The project is under the rules of a site: a pay sheet is submitted only after attendance was reviewed, the workers signed and the labour officer cleared it.
notice-crews-to-sign = { $employer } put down { $money } as your wage of { $period }. Look at the figures: sign when they are right, say so when they are not.
notice-crews-reviewed = The labour officer reviewed the attendance of { $team } in { $period } ({ $project }).
notice-crews-review-opened = The attendance of { $team } in { $period } was corrected ({ $project }): { $reason }. The labour officer reviews it again.
notice-crews-submitted = { $team } gave you its pay sheet of { $period } ({ $project }); the labour officer reviews it.
notice-crews-returned = The pay sheet of { $period } was given back to { $team } ({ $project }): { $reason }.
notice-crews-objected = A worker of { $team } says that his wage of { $period } is wrong ({ $project }). Answer soon; everybody else, and what he does not dispute, is paid as usual.
notice-crews-answered = There is an answer to what you said of your wage of { $period }.
notice-crews-taken-further = A worker is not content with the answer about his wage of { $period } and took it further ({ $project }).
notice-crews-cleared = The pay sheet of { $period } is cleared by the labour officer ({ $project }); the main contractor submits it for checking.
# Guarantees, the public notice, closing, legal documents
notice-guarantee-duty-set = A guarantee of { $money } for the wages of “{ $place }” is to be there by { $due }. A letter of a bank will do as well.
notice-guarantee-duty-late = The guarantee for “{ $place }” lacks { $money }, which was due on { $due }. Pay it in or bring a letter soon.
notice-guarantee-opened = The guarantee for “{ $place }” is written down, { $money }.
notice-guarantee-near-end = The bank’s letter that guarantees the wages of “{ $place }” ends on { $due }. Renew it before, or pay in cash.
notice-guarantee-notice-received = The labour bureau asks that { $money } of wages be paid out of the guarantee for “{ $place }”. The bank does so by { $due }.
notice-guarantee-notice-called = On the labour bureau’s notice the issuer of the letter was asked to pay { $money } of wages for “{ $place }”.
notice-guarantee-notice-paid = On the labour bureau’s notice wages were paid out of the guarantee for “{ $place }”. Make it whole again by { $due }: { $money }.
notice-guarantee-refilled = The guarantee for “{ $place }” is whole again.
notice-guarantee-refill-late = The guarantee for “{ $place }” still lacks { $money }, and the day is past. Pay it in soon.
notice-guarantee-returned = The guarantee for “{ $place }” was given back, { $money }.
notice-worksite-notice-begun = The public notice that no wages are owed at “{ $place }” has begun and ends on { $due }. Look soon into what workers say meanwhile.
notice-worksite-objected = A worker objected to the public notice of “{ $place }”. Look into it soon.
notice-worksite-closed = The wage account of “{ $place }” is closed; its balance of { $money } went back to the firm.
notice-worksite-order-froze = By a legal document { $money } in the account of “{ $place }” was frozen. Ask your branch if you have questions.
notice-worksite-order-deducted = By a legal document { $money } was taken from the account of “{ $place }”. Ask your branch if you have questions.
notice-worksite-order-lifted = The freeze of the account of “{ $place }” was lifted.
notice-crews-paid = { $failed ->
    [0] The main contractor paid the wages of { $period } ({ $project }): all { $paid } have received them. The proof is there to read.
   *[other] The main contractor paid the wages of { $period } ({ $project }): { $paid } received, { $failed } not paid. The proof is there to read.
}
