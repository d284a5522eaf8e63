# 付款
notice-payment-posted = 已从您的账户付出 { $money }，收款人 { $payee }。如果不是您办理的，请马上联系网点。
notice-payment-posted-payee = 您的账户收到 { $money }。
notice-payment-awaiting-approval = { $money }的付款已提交，等另一个人复核。钱预留在账户里，还没有付出。
notice-payment-challenged = 有一笔 { $money }的付款，请您再确认一次。钱还在您的账户里。如果不是您办理的，请撤销，并马上联系网点。
notice-payment-delayed = { $money }的付款将在 { $until } 付出，收款人 { $payee }。钱还在您的账户里，付出之前可以随时撤销。
notice-payment-held = 有一笔 { $money }的付款，银行正在核实。钱还在您的账户里，工作人员会尽快处理；您也可以撤销。
notice-payment-refused = { $money }的付款没有办成。{ $refusal }
notice-payment-cancelled = { $money }的付款已撤销，钱留在您的账户里。
notice-payment-expired = { $money }的付款没有在规定时间内处理，已经取消，钱留在您的账户里。
notice-clearing-returned = 汇往其他银行的 { $money }被退回，钱已经回到您的账户。退回原因：{ $reason }。

# 复核
notice-approval-asked = 单位有一项“{ $kind }”等待复核。
notice-approval-first-approved = “{ $kind }”已有一人通过，还要另一个人复核。
notice-approval-refused = 您提交的“{ $kind }”没有通过复核，没有办理。原因：{ $reason }
notice-approval-sent-back = 您提交的“{ $kind }”被退回修改。原因：{ $reason }
notice-approval-expired = 您提交的“{ $kind }”过了有效期，没有办理。需要的话请重新提交。
notice-approval-executed = 您提交的“{ $kind }”已经通过，并且办好了。
notice-approval-failed = 您提交的“{ $kind }”已经通过，但是没有办成。请打开查看原因。

# 工资
notice-payroll-project-opened = 工资专户已经开好，可以上传花名册了。
notice-payroll-sheet-submitted = 工资表已提交复核：{ $lines } 人，实发合计 { $money }。
notice-payroll-sheet-checked = 工资表已通过复核，可以发放了。
notice-payroll-sheet-sent-back = 工资表被退回修改，没有发放。原因：{ $reason }
notice-payroll-sheet-cancelled = 有一张工资表已撤销，不会发放。
notice-payroll-money-returned = 没有发出去的工资 { $money }已退回工资专户。处理好收款账户后，可以重新发放。
notice-payroll-run-finished = { $failed ->
    [0] 工资发放完成：{ $paid } 人全部到账。
   *[other] 工资发放完成：{ $paid } 人已到账，{ $failed } 人没有发出。请打开工资表，看原因和办法。
}
notice-payroll-line-paid = { $wage ->
    [supplement] { $period }补发工资 { $money }已到账，收款账户 { $account }。发放单位：{ $employer }。
   *[other] { $period }工资 { $money }已到账，收款账户 { $account }。发放单位：{ $employer }。
}
notice-payroll-line-failed = 您的工资 { $money }没有发到账户：{ $reason }。钱没有丢，会回到单位的工资专户；请联系单位的工资经办人，处理好账户后会重新发给您。

# 安全与身份
notice-guard-party-frozen = { $kind ->
    [all] 您的账户已暂停收款和付款。请带身份证件到任一网点，了解原因和恢复的办法。
   *[other] 您的账户已暂停付款。请带身份证件到任一网点，了解原因和恢复的办法。
}
notice-guard-party-released = 您账户上的一项暂停已经解除。
notice-party-signed-in = 您的登录名刚刚在一台新设备上登录。如果不是您本人，请马上在“登录设备”里结束登录，并到任一网点改密码。
notice-party-visit-begun = 刚刚有人凭您的身份证和人脸在自助机上办理业务：{ $place }。如果不是您本人，请马上打任一网点的电话。
notice-party-login-paused = 您的登录名连续输错 { $failures } 次，已暂停登录到 { $until }。如果不是您本人，请联系任一网点。
notice-party-granted = 您现在可以用“{ $role }”的身份办理业务。
notice-party-revoked = 您的“{ $role }”身份已经收回。
notice-party-passkey-made = 您的登录名刚刚添加了一个通行密钥。如果不是您本人，请马上在“登录设备”里删除它，并联系任一网点。
notice-party-passkey-removed = 您的一个通行密钥已删除，不能再用它登录。
notice-party-passkey-suspect = 您的一个通行密钥好像同时存在两个地方，已停用。请在“登录设备”里删除它；不是您本人操作的，请联系任一网点。
notice-party-phone-changed = 您留在银行的手机号码已由 { $masked } 改为新的号码。如果不是您本人，请马上拨打客服电话或到任一网点。
notice-party-address-changed = 您留在银行的地址已修改。如果不是您本人，请马上拨打客服电话或到任一网点。
notice-party-document-changed = 您在银行登记的证件已在网点更换。如果不是您本人，请马上拨打客服电话或到任一网点。
notice-party-tier-changed = 您的账户类别由{ $from }调整为{ $to }，限额按新的类别执行。不清楚的地方，请到任一网点询问。

# 程序接口
notice-webhook-disabled = 通知地址 { $url } 连续多天收不到通知，已停用。请检查后重新订阅。

# 工资条
wage-item-other = 其他

# 没有发出的原因
wage-fail-not-on-roster = 此人不在本项目的花名册上
wage-fail-not-on-roster-next = 请先把此人加入花名册，登记本人账户，再重新发放。

# 客户经理、家人、回电
notice-party-manager-assigned = { $from }现在是您的客户经理。在“帮助”里可以看到照片，也可以请我们打电话给您。
notice-family-invited = { $from }请您看他（她）的账户。在“家人”里可以同意或不同意；您只能看，不能动钱。
notice-family-accepted = { $from }同意了您的邀请，现在可以看您让看的账户。您随时可以停止。
notice-family-declined = { $from }没有接受您的邀请。
notice-family-ended = { $from }结束了家人授权，双方都不能再看。
notice-payment-unusual-family = { $from }有一笔 { $money } 的付款被银行拦下核对。请打电话问一问，是不是有人让他（她）转的。
notice-call-back-taken = { $from }会打电话给您。请先看“帮助”里的暗号，说不出暗号的不是银行的人。
notice-call-back-not-reached = 我们打过电话，没有打通，会再打。
notice-call-back-given-up = 我们打了三次都没有打通。需要的话，请在“帮助”里再请一次。
notice-call-back-overdue = 对不起，答应的电话晚了，我们会尽快打给您。

# 银行卡
notice-cards-approved = 您申请的卡已批准，正在制作。做好以后会通知您。
notice-cards-declined = 您申请的卡没有批准。想知道原因，请问网点。
notice-cards-produced = 您的卡（{ $masked }）做好了，请带身份证到领卡网点当面激活。
notice-cards-lost = 您的卡（{ $masked }）已挂失，不能付款。账户里的钱没有动。如果不是您挂失的，请马上打电话给网点。
notice-cards-closed = 您的卡（{ $masked }）已销卡。账户和里面的钱不变。
notice-cards-stated = 信用卡账单出来了：请在 { $due } 前还款 { $money }。

# 存款
notice-deposits-due-soon = { $rollover ->
    [none] 您的存款 { $account }（{ $money }）{ $matures }到期，到期后本金和利息自动转到您的活期账户。想再存一期，到期前改一下就行。
    [principal] 您的存款 { $account }（{ $money }）{ $matures }到期，到期后本金按原来的期限再存，利息转到您的活期账户。想取出来，到期前改一下就行。
   *[other] 您的存款 { $account }（{ $money }）{ $matures }到期，到期后本金和利息一起按原来的期限再存。想取出来，到期前改一下就行。
}
notice-deposits-matured = 您的存款到期了：本金 { $money }和利息 { $interest }已转到账户 { $account }。
notice-deposits-rolled = 您的存款 { $account }到期了，又存了一期：{ $money }，到 { $matures }。利息 { $interest }。
notice-deposits-overdue = 您的存款 { $account }到期了，但 { $money }没能付出。钱还在，从到期日起按活期计息，银行每天晚上会再试。请带身份证到任一网点，问清原因。
notice-deposits-asleep = 您的账户 { $account }很久没有动过，已经停用，现在不能收款和付款。钱还在，照样有利息。想继续用，请本人带身份证到任一网点。
notice-deposits-woken = 您的账户 { $account }已经恢复，可以照常收款和付款。

# 账户
notice-account-restricted = { $kind ->
    [no_debits] 您的账户 { $account }现在不能付款，可以收款。请带身份证件到任一网点，了解原因和恢复的办法。
    [no_credits] 您的账户 { $account }现在不能收款。请带身份证件到任一网点，了解原因和恢复的办法。
    [counter_only] 您的账户 { $account }现在只能在柜台付款。请带身份证件到任一网点，了解原因和恢复的办法。
    [freeze] 您的账户 { $account }里有一部分钱现在不能动。请带身份证件到任一网点，了解原因和恢复的办法。
   *[other] 您的账户 { $account }现在有限制。请带身份证件到任一网点，了解原因和恢复的办法。
}
notice-account-lifted = 您的账户 { $account }上的一项限制已经解除。
notice-account-closed = 您的账户 { $account }已销户。如果不是您办理的，请马上联系网点。

# 理财
notice-wealth-in-review = 您想买的“{ $product }”{ $money }，要由银行的另一个人再看一遍。钱先放在一边，没有付出；您随时可以撤单。
notice-wealth-cooling = 您买“{ $product }”{ $money }的申请收到了。{ $until }之前想撤就撤，钱全部退回，不收费。如果不是您本人要买的，请马上撤单，并联系网点。
notice-wealth-due = “{ $product }”正在还给您：{ $units } 份，钱{ $pays_on }转到您的账户，遇银行休息日顺延。
notice-wealth-confirmed = { $kind ->
    [redeem] “{ $product }”的 { $money }已经转到您的账户（{ $units } 份）。
   *[other] 您买的“{ $product }”成了：付出 { $money }，得到 { $units } 份。它的价值会涨也会跌。
}
notice-wealth-refused = 您买“{ $product }”的申请没有办成，{ $money }已全部退回您的账户。原因：{ $why }。
notice-wealth-cancelled = 您买“{ $product }”的申请已撤单，{ $money }已全部退回您的账户。

# 自助机
notice-till-interrupted = { $kind ->
    [withdrawal] 您在{ $place }取款时机器停了。按机器点的数，您的账户扣了 { $money }。没拿走的钱没有扣。数目不对的，请联系网点。
   *[other] 您在{ $place }存款时机器停了。按机器点的数，您的账户存进 { $money }，其余的钞票已经还给您。数目不对的，请联系网点。
}
notice-till-interrupted-open = { $kind ->
    [withdrawal] 您在{ $place }的取款没有办完。机器付出的 { $open }和账上对不上，您的账户扣了 { $money }。银行会点清机器里的钱，最晚 { $due }答复您。您不用做什么。
   *[other] 您在{ $place }的存款没有办完，有 { $open }留在机器里，还没有存进您的账户（已存进 { $money }）。钱没有丢：银行会点清机器里的钱，最晚 { $due }答复您，是您的就存进您的账户。您不用做什么。
}

# 工地
notice-worksite-funding-late = “{ $place }”应在 { $due } 到账的工资款还差 { $money }，当天没有到账。请在 { $until } 前报告劳动保障部门和行业主管部门，并在这里登记报告编号。
notice-worksite-forecast-short = “{ $place }”{ $due } 发工资，按现在的情况还差 { $money }。请联系建设单位拨款，或者申请追加。
notice-worksite-top-up-approved = 建设单位已同意给“{ $place }”追加工资款 { $money }，{ $due } 前到账。
notice-worksite-top-up-refused = 建设单位没有同意给“{ $place }”追加工资款 { $money }。原因：{ $reason }

# 安全锁、紧急联系人、反诈
notice-safety-locked = 您的账户安全锁已经加严，马上生效。如果不是您本人操作，请拨打客服电话。
notice-safety-loosening-asked = 有人用您的身份申请放宽安全锁，{ $until } 生效。如果不是您，请在“安全锁”里点“不放宽”。
notice-safety-loosening-withdrawn = 放宽安全锁的申请已经取消，锁还是原来的样子。
notice-safety-loosened = 您申请放宽的安全锁已经生效。
notice-safety-contact-named = { $from }请您做紧急联系人。请在“紧急联系人”里看一看，同意或者不同意。
notice-safety-contact-accepted = { $from }同意做您的紧急联系人。您的付款被暂缓或拦下时，银行会告诉他（她）。
notice-safety-contact-ended = { $from }结束了紧急联系人的约定。
notice-safety-report-decided = 您说是诈骗的那笔付款，银行已经核查了收款人。谢谢您的提醒。
notice-talk-manager-called = 请到柜台来：有一位客户要办大额业务，柜员请您一起和他谈一谈。
notice-talk-police-called = 柜员和一位客户谈话后联系了公安，请看一看。
notice-case-appeal-decided = 您提的异议或投诉已有答复。请在“我的异议与投诉”里查看。
notice-diligence-lowered = 您的账户类别由{ $from }调低为{ $to }。{ $why }请带身份证件和相关材料到任一网点核实；有不同意见，可以在“限额”里提出，我们15天内答复。
notice-diligence-given-back = 您的账户类别已恢复为{ $to }，限额按恢复后的类别执行。
notice-orders-placed = { $kind ->
    [stop] 有权机关依法要求停止付款，您现在不能付款，可以收款，最长到 { $until }。请带身份证件到任一网点，了解原因、怎样申诉和要带的材料。
   *[other] 有权机关依法冻结了您的钱，到 { $until } 为止。请带身份证件到任一网点，了解原因、怎样申诉和要带的材料。
}
notice-orders-renewed = 有权机关对您的钱的冻结有变更。请带身份证件到任一网点了解。
notice-orders-taken = { $kind ->
    [return] 有权机关依法从您被冻结的钱中，把 { $money } 返还给受害人。请带身份证件到任一网点了解。
   *[other] 有权机关依法从您的账户扣划了 { $money }。请带身份证件到任一网点，了解原因和怎样申诉。
}
notice-orders-ended = 有权机关对您的一项止付或冻结已经结束。
notice-payment-stopped-trusted = { $from }有一笔付款被暂缓或被拦下。请打电话问一问，是不是有人催他（她）付款。
notice-safety-loosening-trusted = { $from }申请放宽账户安全锁，要等一天才生效。请打电话问一问，是不是本人的意思。
# 工资预警、欠薪案件、投诉
notice-arrears-warned = { $place }：{ $kind }，共 { $lines } 条预警。请尽快处理，处理好以后预警自动消除。
notice-arrears-escalated = { $place }：{ $kind }一直没有处理，已报告上一级。请今天处理。
notice-arrears-escalated-bureau = { $place }：{ $kind }，共 { $lines } 条，单位和银行没有在期限内处理好，现报告贵单位。
notice-arrears-turn-staff = { $place }的欠薪预警或案件轮到您处理。请今天打开看一看，处理不了的请向上报告。
notice-arrears-case-opened = { $place }有 { $lines } 人的工资 { $money }没有付，银行已立案。请先垫付，再按合同追偿。
notice-arrears-case-opened-bureau = { $place }新立欠薪案件：{ $lines } 人，{ $money }。
notice-arrears-case-opened-worker = { $place }欠您的工资已经立案，正在催办。您不用做什么，付款时会告诉您。
notice-arrears-case-told = { $place }的欠薪已正式告知您单位：{ $lines } 人，{ $money }。请马上支付，并向人社部门和行业主管部门报告。
notice-arrears-case-closed = { $place }的欠薪案件已结案。
notice-arrears-case-reported = { $place }的单位已向人社部门报告欠薪。
notice-arrears-case-reported-bureau = { $place }的单位报告欠薪：{ $lines } 人，{ $money }。
notice-arrears-case-ordered = 人社部门责令 { $due }前付清{ $place }的欠薪 { $money }，文号 { $reference }。
notice-arrears-case-noticed = 人社部门已就{ $place }的欠薪 { $money }发出保证金支付通知。
notice-arrears-case-defaulted = { $place }的单位没有在 { $due }前付清欠薪 { $money }。
notice-arrears-case-defaulted-bureau = { $place }的单位没有在 { $due }前付清欠薪 { $money }，文号 { $reference }。可以发保证金支付通知。
notice-arrears-case-paid = { $place }案件中的工资 { $money }已全部付清。
notice-arrears-case-paid-worker = { $place }案件中的工资已经付清。没有收到的，请到网点问。
notice-arrears-complaint-received-bureau = 收到一条欠薪投诉，请受理。
notice-payroll-site-rules-put = 项目已按工地规则管理：先有考勤审核、工人签字和劳资专管员放行，工资表才能提交。
notice-crews-to-sign = { $employer } 报了您 { $period } 的工资 { $money }。请看看数目，对就签字，不对就说出来。
notice-crews-reviewed = “{ $project }”{ $team } { $period } 的考勤已由劳资专管员审核。
notice-crews-review-opened = “{ $project }”{ $team } { $period } 的考勤有更正（{ $reason }），需要劳资专管员重新审核。
notice-crews-submitted = { $team } 把 { $period } 的工资表交上来了（“{ $project }”），请劳资专管员审核。
notice-crews-returned = “{ $project }”{ $period } 的工资表退回给{ $team }：{ $reason }。
notice-crews-objected = { $team } 有工人说 { $period } 的工资数目不对（“{ $project }”），请尽快答复。其他人和他没有争议的钱照常发放。
notice-crews-answered = 您对 { $period } 工资提的意见有答复了。
notice-crews-taken-further = 有工人对 { $period } 工资的答复不满意，已往上反映（“{ $project }”）。
notice-crews-cleared = “{ $project }”{ $period } 的工资表已由劳资专管员放行，等总包单位提交复核。
# 工资保证金、公示、销户、法律文书
notice-guarantee-duty-set = “{ $place }”要存工资保证金 { $money }，最晚 { $due } 存好。也可以用银行保函。
notice-guarantee-duty-late = “{ $place }”的工资保证金还差 { $money }，应在 { $due } 前存好，已经过期。请尽快存入或提交保函。
notice-guarantee-opened = “{ $place }”的工资保证金已登记，金额 { $money }。
notice-guarantee-near-end = “{ $place }”的工资保证金保函 { $due } 到期。请在到期前续保，或者改存现金。
notice-guarantee-notice-received = 劳动保障部门要求从“{ $place }”的工资保证金里支付工人工资 { $money }。银行最晚 { $due } 办理。
notice-guarantee-notice-called = 已按劳动保障部门的通知，向出具保函的银行索付“{ $place }”的工资 { $money }。
notice-guarantee-notice-paid = 已按劳动保障部门的通知，从“{ $place }”的工资保证金支付工人工资。请在 { $due } 前把 { $money } 补足。
notice-guarantee-refilled = “{ $place }”的工资保证金已经补足。
notice-guarantee-refill-late = “{ $place }”的工资保证金还有 { $money } 没有补足，已经过期。请尽快补足。
notice-guarantee-returned = “{ $place }”的工资保证金 { $money } 已经退还。
notice-worksite-notice-begun = “{ $place }”的无欠薪公示开始了，到 { $due } 为止。期间有工人提出意见，请尽快核实。
notice-worksite-objected = “{ $place }”公示期间有工人提出意见，请尽快核实。
notice-worksite-closed = “{ $place }”的工资专户已经销户，余额 { $money } 已转回单位账户。
notice-worksite-order-froze = 银行按法律文书对“{ $place }”的账户采取了冻结措施，金额 { $money }。有疑问请联系开户网点。
notice-worksite-order-deducted = 银行按法律文书从“{ $place }”的账户划出了 { $money }。有疑问请联系开户网点。
notice-worksite-order-lifted = “{ $place }”账户的冻结已经解除。
notice-crews-paid = { $failed ->
    [0] “{ $project }”{ $period } 的工资已由总包单位代发，{ $paid } 人全部到账。可以看代发证明。
   *[other] “{ $project }”{ $period } 的工资已由总包单位代发，{ $paid } 人已到账，{ $failed } 人没有发出。可以看代发证明。
}
