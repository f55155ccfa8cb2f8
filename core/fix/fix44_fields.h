/*
 * The fields of FIX 4.4 (volume 6) that the messages of fix44_messages.c have: F(tag, name, type,
 * values). Values are those the specification lists; where fields are looser or stricter here than
 * in other dictionaries, and why, is in the test that compares them.
 */
#ifndef TERCEL_CORE_FIX_FIX44_FIELDS_H
#define TERCEL_CORE_FIX_FIX44_FIELDS_H

#define SYMBOL_SUFFIXES "CD WI"
#define MISC_FEE_TYPES "1 2 3 4 5 6 7 8 9 10 11 12"
#define MASS_CANCEL_REJECT_REASONS "0 1 2 3 4 5 6 99"
#define SECURITY_TYPES                                                                             \
    "ABS AMENDED AN BA BN BOX BRADY BRIDGE BUYSELL CB CD CL CMBS CMO COFO COFP CORP CP CPP CS "    \
    "DEFLTED DINP DN DUAL EUCD EUCORP EUCP EUSOV EUSUPRA FAC FADN FOR FORWARD FUT GO IET LOFC "    \
    "LQN MATURED MBS MF MIO MLEG MPO MPP MPT MT MTN NONE ONITE OPT PEF PFAND PN PS PZFJ RAN "      \
    "REPLACD REPO RETIRED REV RVLV RVLVTRM SECLOAN SECPLEDGE SPCLA SPCLO SPCLT STN STRUCT "        \
    "SUPRA SWING TAN TAXA TBA TBILL TBOND TCAL TD TECP TERM TINT TIPS TNOTE TPRN TRAN UST "        \
    "USTB VRDN WAR WITHDRN WLD XCN XLINKD YANK YCD"
#define BENCHMARK_CURVES                                                                           \
    "EONIA EUREPO Euribor FutureSWAP LIBID LIBOR MuniAAA OTHER Pfandbriefe SONIA SWAP "            \
    "Treasury"
#define STIPULATION_TYPES                                                                          \
    "ABS AMT AUTOREINV BANKQUAL BGNCON COUPON CPP CPR CPY CURRENCY CUSTOMDATE GEOG HAIRCUT "       \
    "HEP INSURED ISSUE ISSUER ISSUESIZE LOOKBACK LOT LOTVAR MAT MATURITY MAXDNOM MAXSUBS MHP "     \
    "MINDNOM MININCR MINQTY MPR PAYFREQ PIECES PMAX PMIN PPC PPL PPM PPT PRICE PRICEFREQ PROD "    \
    "PROTECT PSA PURPOSE PXSOURCE RATING REDEMPTION RESTRICTED SECTOR SECTYPE SMM STRUCT "         \
    "SUBSFREQ SUBSLEFT TEXT TRDVAR WAC WAL WALA WAM WHOLE YIELD"
#define YIELD_TYPES                                                                                \
    "AFTERTAX ANNUAL ATISSUE AVGMATURITY BOOK CALL CHANGE CLOSE COMPOUND CURRENT GOVTEQUIV "       \
    "GROSS INFLATION INVERSEFLOATER LASTCLOSE LASTMONTH LASTQUARTER LASTYEAR LONGAVGLIFE MARK "    \
    "MATURITY NEXTREFUND OPENAVG PREVCLOSE PROCEEDS PUT SEMIANNUAL SHORTAVGLIFE SIMPLE "           \
    "TAXEQUIV TENDER TRUE VALUE1/32 WORST"

#define FIX44_FIELDS(F)                                                                            \
    F(1, Account, STRING, ANY)                                                                     \
    F(6, AvgPx, PRICE, ANY)                                                                        \
    F(7, BeginSeqNo, SEQNUM, ANY)                                                                  \
    F(8, BeginString, STRING, ANY)                                                                 \
    F(9, BodyLength, LENGTH, ANY)                                                                  \
    F(10, CheckSum, STRING, ANY)                                                                   \
    F(11, ClOrdID, STRING, ANY)                                                                    \
    F(12, Commission, AMT, ANY)                                                                    \
    F(13, CommType, CHAR, LETTERS(FIX_LETTERS('1', '6')))                                          \
    F(14, CumQty, QTY, ANY)                                                                        \
    F(15, Currency, CURRENCY, ANY)                                                                 \
    F(16, EndSeqNo, SEQNUM, ANY)                                                                   \
    F(17, ExecID, STRING, ANY)                                                                     \
    F(18, ExecInst, MULTIPLEVALUESTRING,                                                           \
      LETTERS(FIX_LETTERS('0', '9') | FIX_LETTERS('A', 'S') | FIX_LETTERS('U', 'Z') |              \
              FIX_LETTERS('a', 'e')))                                                              \
    F(19, ExecRefID, STRING, ANY)                                                                  \
    F(21, HandlInst, CHAR, LETTERS(FIX_LETTERS('1', '3')))                                         \
    F(22, SecurityIDSource, STRING, LETTERS(FIX_LETTERS('1', '9') | FIX_LETTERS('A', 'J')))        \
    F(23, IOIID, STRING, ANY)                                                                      \
    F(29, LastCapacity, CHAR, LETTERS(FIX_LETTERS('1', '4')))                                      \
    F(30, LastMkt, EXCHANGE, ANY)                                                                  \
    F(31, LastPx, PRICE, ANY)                                                                      \
    F(32, LastQty, QTY, ANY)                                                                       \
    F(33, NoLinesOfText, NUMINGROUP, ANY)                                                          \
    F(34, MsgSeqNum, SEQNUM, ANY)                                                                  \
    F(35, MsgType, STRING, ANY)                                                                    \
    F(36, NewSeqNo, SEQNUM, ANY)                                                                   \
    F(37, OrderID, STRING, ANY)                                                                    \
    F(38, OrderQty, QTY, ANY)                                                                      \
    F(39, OrdStatus, CHAR,                                                                         \
      LETTERS(FIX_LETTERS('0', '4') | FIX_LETTERS('6', '9') | FIX_LETTERS('A', 'E')))              \
    F(40, OrdType, CHAR, LETTERS(FIX_LETTERS('1', '9') | FIX_LETTERS('A', 'M') | FIX_LETTER('P'))) \
    F(41, OrigClOrdID, STRING, ANY)                                                                \
    F(42, OrigTime, UTCTIMESTAMP, ANY)                                                             \
    F(43, PossDupFlag, BOOLEAN, ANY)                                                               \
    F(44, Price, PRICE, ANY)                                                                       \
    F(45, RefSeqNum, SEQNUM, ANY)                                                                  \
    F(48, SecurityID, STRING, ANY)                                                                 \
    F(49, SenderCompID, STRING, ANY)                                                               \
    F(50, SenderSubID, STRING, ANY)                                                                \
    F(52, SendingTime, UTCTIMESTAMP, ANY)                                                          \
    F(54, Side, CHAR, LETTERS(FIX_LETTERS('1', '9') | FIX_LETTERS('A', 'G')))                      \
    F(55, Symbol, STRING, ANY)                                                                     \
    F(56, TargetCompID, STRING, ANY)                                                               \
    F(57, TargetSubID, STRING, ANY)                                                                \
    F(58, Text, STRING, ANY)                                                                       \
    F(59, TimeInForce, CHAR, LETTERS(FIX_LETTERS('0', '7')))                                       \
    F(60, TransactTime, UTCTIMESTAMP, ANY)                                                         \
    F(63, SettlType, CHAR, LETTERS(FIX_LETTERS('0', '9')))                                         \
    F(64, SettlDate, LOCALMKTDATE, ANY)                                                            \
    F(65, SymbolSfx, STRING, WORDS(SYMBOL_SUFFIXES))                                               \
    F(66, ListID, STRING, ANY)                                                                     \
    F(70, AllocID, STRING, ANY)                                                                    \
    F(75, TradeDate, LOCALMKTDATE, ANY)                                                            \
    F(77, PositionEffect, CHAR,                                                                    \
      LETTERS(FIX_LETTER('C') | FIX_LETTER('F') | FIX_LETTER('O') | FIX_LETTER('R')))              \
    F(78, NoAllocs, NUMINGROUP, ANY)                                                               \
    F(79, AllocAccount, STRING, ANY)                                                               \
    F(80, AllocQty, QTY, ANY)                                                                      \
    F(81, ProcessCode, CHAR, LETTERS(FIX_LETTERS('0', '6')))                                       \
    F(89, Signature, DATA, ANY)                                                                    \
    F(90, SecureDataLen, LENGTH, ANY)                                                              \
    F(91, SecureData, DATA, ANY)                                                                   \
    F(93, SignatureLength, LENGTH, ANY)                                                            \
    F(94, EmailType, CHAR, LETTERS(FIX_LETTERS('0', '2')))                                         \
    F(95, RawDataLength, LENGTH, ANY)                                                              \
    F(96, RawData, DATA, ANY)                                                                      \
    F(97, PossResend, BOOLEAN, ANY)                                                                \
    F(98, EncryptMethod, INT, NUMBERS(FIX_NUMBERS(0, 6)))                                          \
    F(99, StopPx, PRICE, ANY)                                                                      \
    F(100, ExDestination, EXCHANGE, ANY)                                                           \
    F(102, CxlRejReason, INT, NUMBERS(FIX_NUMBERS(0, 6) | FIX_NUMBER_99))                          \
    F(103, OrdRejReason, INT, NUMBERS(FIX_NUMBERS(0, 15) | FIX_NUMBER_99))                         \
    F(106, Issuer, STRING, ANY)                                                                    \
    F(107, SecurityDesc, STRING, ANY)                                                              \
    F(108, HeartBtInt, INT, ANY)                                                                   \
    F(110, MinQty, QTY, ANY)                                                                       \
    F(111, MaxFloor, QTY, ANY)                                                                     \
    F(112, TestReqID, STRING, ANY)                                                                 \
    F(113, ReportToExch, BOOLEAN, ANY)                                                             \
    F(114, LocateReqd, BOOLEAN, ANY)                                                               \
    F(115, OnBehalfOfCompID, STRING, ANY)                                                          \
    F(116, OnBehalfOfSubID, STRING, ANY)                                                           \
    F(117, QuoteID, STRING, ANY)                                                                   \
    F(118, NetMoney, AMT, ANY)                                                                     \
    F(119, SettlCurrAmt, AMT, ANY)                                                                 \
    F(120, SettlCurrency, CURRENCY, ANY)                                                           \
    F(121, ForexReq, BOOLEAN, ANY)                                                                 \
    F(122, OrigSendingTime, UTCTIMESTAMP, ANY)                                                     \
    F(123, GapFillFlag, BOOLEAN, ANY)                                                              \
    F(126, ExpireTime, UTCTIMESTAMP, ANY)                                                          \
    F(128, DeliverToCompID, STRING, ANY)                                                           \
    F(129, DeliverToSubID, STRING, ANY)                                                            \
    F(136, NoMiscFees, NUMINGROUP, ANY)                                                            \
    F(137, MiscFeeAmt, AMT, ANY)                                                                   \
    F(138, MiscFeeCurr, CURRENCY, ANY)                                                             \
    F(139, MiscFeeType, STRING, WORDS(MISC_FEE_TYPES))                                             \
    F(140, PrevClosePx, PRICE, ANY)                                                                \
    F(141, ResetSeqNumFlag, BOOLEAN, ANY)                                                          \
    F(142, SenderLocationID, STRING, ANY)                                                          \
    F(143, TargetLocationID, STRING, ANY)                                                          \
    F(144, OnBehalfOfLocationID, STRING, ANY)                                                      \
    F(145, DeliverToLocationID, STRING, ANY)                                                       \
    F(146, NoRelatedSym, NUMINGROUP, ANY)                                                          \
    F(147, Subject, STRING, ANY)                                                                   \
    F(150, ExecType, CHAR,                                                                         \
      LETTERS(FIX_LETTER('0') | FIX_LETTERS('3', '9') | FIX_LETTERS('A', 'I')))                    \
    F(151, LeavesQty, QTY, ANY)                                                                    \
    F(152, CashOrderQty, QTY, ANY)                                                                 \
    F(155, SettlCurrFxRate, FLOAT, ANY)                                                            \
    F(156, SettlCurrFxRateCalc, CHAR, LETTERS(FIX_LETTER('D') | FIX_LETTER('M')))                  \
    F(157, NumDaysInterest, INT, ANY)                                                              \
    F(158, AccruedInterestRate, PERCENTAGE, ANY)                                                   \
    F(159, AccruedInterestAmt, AMT, ANY)                                                           \
    F(164, EmailThreadID, STRING, ANY)                                                             \
    F(167, SecurityType, STRING, WORDS(SECURITY_TYPES))                                            \
    F(168, EffectiveTime, UTCTIMESTAMP, ANY)                                                       \
    F(192, OrderQty2, QTY, ANY)                                                                    \
    F(193, SettlDate2, LOCALMKTDATE, ANY)                                                          \
    F(194, LastSpotRate, PRICE, ANY)                                                               \
    F(195, LastForwardPoints, PRICEOFFSET, ANY)                                                    \
    F(198, SecondaryOrderID, STRING, ANY)                                                          \
    F(200, MaturityMonthYear, MONTHYEAR, ANY)                                                      \
    F(201, PutOrCall, INT, NUMBERS(FIX_NUMBERS(0, 1)))                                             \
    F(202, StrikePrice, PRICE, ANY)                                                                \
    F(203, CoveredOrUncovered, INT, NUMBERS(FIX_NUMBERS(0, 1)))                                    \
    F(206, OptAttribute, CHAR, ANY)                                                                \
    F(207, SecurityExchange, EXCHANGE, ANY)                                                        \
    F(210, MaxShow, QTY, ANY)                                                                      \
    F(211, PegOffsetValue, FLOAT, ANY)                                                             \
    F(212, XmlDataLen, LENGTH, ANY)                                                                \
    F(213, XmlData, DATA, ANY)                                                                     \
    F(215, NoRoutingIDs, NUMINGROUP, ANY)                                                          \
    F(216, RoutingType, INT, NUMBERS(FIX_NUMBERS(1, 4)))                                           \
    F(217, RoutingID, STRING, ANY)                                                                 \
    F(218, Spread, PRICEOFFSET, ANY)                                                               \
    F(220, BenchmarkCurveCurrency, CURRENCY, ANY)                                                  \
    F(221, BenchmarkCurveName, STRING, WORDS(BENCHMARK_CURVES))                                    \
    F(222, BenchmarkCurvePoint, STRING, ANY)                                                       \
    F(223, CouponRate, PERCENTAGE, ANY)                                                            \
    F(224, CouponPaymentDate, LOCALMKTDATE, ANY)                                                   \
    F(225, IssueDate, LOCALMKTDATE, ANY)                                                           \
    F(226, RepurchaseTerm, INT, ANY)                                                               \
    F(227, RepurchaseRate, PERCENTAGE, ANY)                                                        \
    F(228, Factor, FLOAT, ANY)                                                                     \
    F(229, TradeOriginationDate, LOCALMKTDATE, ANY)                                                \
    F(230, ExDate, LOCALMKTDATE, ANY)                                                              \
    F(231, ContractMultiplier, FLOAT, ANY)                                                         \
    F(232, NoStipulations, NUMINGROUP, ANY)                                                        \
    F(233, StipulationType, STRING, WORDS(STIPULATION_TYPES))                                      \
    F(234, StipulationValue, STRING, ANY)                                                          \
    F(235, YieldType, STRING, WORDS(YIELD_TYPES))                                                  \
    F(236, Yield, PERCENTAGE, ANY)                                                                 \
    F(237, TotalTakedown, AMT, ANY)                                                                \
    F(238, Concession, AMT, ANY)                                                                   \
    F(239, RepoCollateralSecurityType, STRING, ANY)                                                \
    F(240, RedemptionDate, LOCALMKTDATE, ANY)                                                      \
    F(241, UnderlyingCouponPaymentDate, LOCALMKTDATE, ANY)                                         \
    F(242, UnderlyingIssueDate, LOCALMKTDATE, ANY)                                                 \
    F(243, UnderlyingRepoCollateralSecurityType, STRING, ANY)                                      \
    F(244, UnderlyingRepurchaseTerm, INT, ANY)                                                     \
    F(245, UnderlyingRepurchaseRate, PERCENTAGE, ANY)                                              \
    F(246, UnderlyingFactor, FLOAT, ANY)                                                           \
    F(247, UnderlyingRedemptionDate, LOCALMKTDATE, ANY)                                            \
    F(248, LegCouponPaymentDate, LOCALMKTDATE, ANY)                                                \
    F(249, LegIssueDate, LOCALMKTDATE, ANY)                                                        \
    F(250, LegRepoCollateralSecurityType, STRING, ANY)                                             \
    F(251, LegRepurchaseTerm, INT, ANY)                                                            \
    F(252, LegRepurchaseRate, PERCENTAGE, ANY)                                                     \
    F(253, LegFactor, FLOAT, ANY)                                                                  \
    F(254, LegRedemptionDate, LOCALMKTDATE, ANY)                                                   \
    F(255, CreditRating, STRING, ANY)                                                              \
    F(256, UnderlyingCreditRating, STRING, ANY)                                                    \
    F(257, LegCreditRating, STRING, ANY)                                                           \
    F(258, TradedFlatSwitch, BOOLEAN, ANY)                                                         \
    F(259, BasisFeatureDate, LOCALMKTDATE, ANY)                                                    \
    F(260, BasisFeaturePrice, PRICE, ANY)                                                          \
    F(262, MDReqID, STRING, ANY)                                                                   \
    F(263, SubscriptionRequestType, CHAR, LETTERS(FIX_LETTERS('0', '2')))                          \
    F(264, MarketDepth, INT, ANY)                                                                  \
    F(265, MDUpdateType, INT, NUMBERS(FIX_NUMBERS(0, 1)))                                          \
    F(266, AggregatedBook, BOOLEAN, ANY)                                                           \
    F(267, NoMDEntryTypes, NUMINGROUP, ANY)                                                        \
    F(268, NoMDEntries, NUMINGROUP, ANY)                                                           \
    F(269, MDEntryType, CHAR, LETTERS(FIX_LETTERS('0', '9') | FIX_LETTERS('A', 'C')))              \
    F(270, MDEntryPx, PRICE, ANY)                                                                  \
    F(271, MDEntrySize, QTY, ANY)                                                                  \
    F(272, MDEntryDate, UTCDATEONLY, ANY)                                                          \
    F(273, MDEntryTime, UTCTIMEONLY, ANY)                                                          \
    F(274, TickDirection, CHAR, LETTERS(FIX_LETTERS('0', '3')))                                    \
    F(275, MDMkt, EXCHANGE, ANY)                                                                   \
    F(276, QuoteCondition, MULTIPLEVALUESTRING, LETTERS(FIX_LETTERS('A', 'I')))                    \
    F(277, TradeCondition, MULTIPLEVALUESTRING,                                                    \
      LETTERS(FIX_LETTERS('A', 'N') | FIX_LETTERS('P', 'R')))                                      \
    F(278, MDEntryID, STRING, ANY)                                                                 \
    F(279, MDUpdateAction, CHAR, LETTERS(FIX_LETTERS('0', '2')))                                   \
    F(280, MDEntryRefID, STRING, ANY)                                                              \
    F(281, MDReqRejReason, CHAR, LETTERS(FIX_LETTERS('0', '9') | FIX_LETTERS('A', 'C')))           \
    F(282, MDEntryOriginator, STRING, ANY)                                                         \
    F(283, LocationID, STRING, ANY)                                                                \
    F(284, DeskID, STRING, ANY)                                                                    \
    F(285, DeleteReason, CHAR, LETTERS(FIX_LETTERS('0', '1')))                                     \
    F(286, OpenCloseSettlFlag, MULTIPLEVALUESTRING, LETTERS(FIX_LETTERS('0', '5')))                \
    F(287, SellerDays, INT, ANY)                                                                   \
    F(288, MDEntryBuyer, STRING, ANY)                                                              \
    F(289, MDEntrySeller, STRING, ANY)                                                             \
    F(290, MDEntryPositionNo, INT, ANY)                                                            \
    F(291, FinancialStatus, MULTIPLEVALUESTRING, LETTERS(FIX_LETTERS('1', '2')))                   \
    F(292, CorporateAction, MULTIPLEVALUESTRING, LETTERS(FIX_LETTERS('A', 'E')))                   \
    F(299, QuoteEntryID, STRING, ANY)                                                              \
    F(305, UnderlyingSecurityIDSource, STRING, ANY)                                                \
    F(306, UnderlyingIssuer, STRING, ANY)                                                          \
    F(307, UnderlyingSecurityDesc, STRING, ANY)                                                    \
    F(308, UnderlyingSecurityExchange, EXCHANGE, ANY)                                              \
    F(309, UnderlyingSecurityID, STRING, ANY)                                                      \
    F(310, UnderlyingSecurityType, STRING, ANY)                                                    \
    F(311, UnderlyingSymbol, STRING, ANY)                                                          \
    F(312, UnderlyingSymbolSfx, STRING, ANY)                                                       \
    F(313, UnderlyingMaturityMonthYear, MONTHYEAR, ANY)                                            \
    F(315, UnderlyingPutOrCall, INT, ANY)                                                          \
    F(316, UnderlyingStrikePrice, PRICE, ANY)                                                      \
    F(317, UnderlyingOptAttribute, CHAR, ANY)                                                      \
    F(318, UnderlyingCurrency, CURRENCY, ANY)                                                      \
    F(320, SecurityReqID, STRING, ANY)                                                             \
    F(322, SecurityResponseID, STRING, ANY)                                                        \
    F(323, SecurityResponseType, INT, NUMBERS(FIX_NUMBERS(1, 6)))                                  \
    F(325, UnsolicitedIndicator, BOOLEAN, ANY)                                                     \
    F(335, TradSesReqID, STRING, ANY)                                                              \
    F(336, TradingSessionID, STRING, ANY)                                                          \
    F(337, ContraTrader, STRING, ANY)                                                              \
    F(338, TradSesMethod, INT, NUMBERS(FIX_NUMBERS(1, 3)))                                         \
    F(339, TradSesMode, INT, NUMBERS(FIX_NUMBERS(1, 3)))                                           \
    F(340, TradSesStatus, INT, NUMBERS(FIX_NUMBERS(0, 6)))                                         \
    F(341, TradSesStartTime, UTCTIMESTAMP, ANY)                                                    \
    F(342, TradSesOpenTime, UTCTIMESTAMP, ANY)                                                     \
    F(343, TradSesPreCloseTime, UTCTIMESTAMP, ANY)                                                 \
    F(344, TradSesCloseTime, UTCTIMESTAMP, ANY)                                                    \
    F(345, TradSesEndTime, UTCTIMESTAMP, ANY)                                                      \
    F(346, NumberOfOrders, INT, ANY)                                                               \
    F(347, MessageEncoding, STRING, ANY)                                                           \
    F(348, EncodedIssuerLen, LENGTH, ANY)                                                          \
    F(349, EncodedIssuer, DATA, ANY)                                                               \
    F(350, EncodedSecurityDescLen, LENGTH, ANY)                                                    \
    F(351, EncodedSecurityDesc, DATA, ANY)                                                         \
    F(354, EncodedTextLen, LENGTH, ANY)                                                            \
    F(355, EncodedText, DATA, ANY)                                                                 \
    F(356, EncodedSubjectLen, LENGTH, ANY)                                                         \
    F(357, EncodedSubject, DATA, ANY)                                                              \
    F(362, EncodedUnderlyingIssuerLen, LENGTH, ANY)                                                \
    F(363, EncodedUnderlyingIssuer, DATA, ANY)                                                     \
    F(364, EncodedUnderlyingSecurityDescLen, LENGTH, ANY)                                          \
    F(365, EncodedUnderlyingSecurityDesc, DATA, ANY)                                               \
    F(369, LastMsgSeqNumProcessed, SEQNUM, ANY)                                                    \
    F(371, RefTagID, INT, ANY)                                                                     \
    F(372, RefMsgType, STRING, ANY)                                                                \
    F(373, SessionRejectReason, INT, NUMBERS(FIX_NUMBERS(0, 17) | FIX_NUMBER_99))                  \
    F(375, ContraBroker, STRING, ANY)                                                              \
    F(376, ComplianceID, STRING, ANY)                                                              \
    F(377, SolicitedFlag, BOOLEAN, ANY)                                                            \
    F(378, ExecRestatementReason, INT, NUMBERS(FIX_NUMBERS(0, 10) | FIX_NUMBER_99))                \
    F(379, BusinessRejectRefID, STRING, ANY)                                                       \
    F(380, BusinessRejectReason, INT, NUMBERS(FIX_NUMBERS(0, 7)))                                  \
    F(381, GrossTradeAmt, AMT, ANY)                                                                \
    F(382, NoContraBrokers, NUMINGROUP, ANY)                                                       \
    F(383, MaxMessageSize, LENGTH, ANY)                                                            \
    F(384, NoMsgTypes, NUMINGROUP, ANY)                                                            \
    F(385, MsgDirection, CHAR, LETTERS(FIX_LETTERS('R', 'S')))                                     \
    F(386, NoTradingSessions, NUMINGROUP, ANY)                                                     \
    F(387, TotalVolumeTraded, QTY, ANY)                                                            \
    F(388, DiscretionInst, CHAR, LETTERS(FIX_LETTERS('0', '6')))                                   \
    F(389, DiscretionOffsetValue, FLOAT, ANY)                                                      \
    F(393, TotNoRelatedSym, INT, ANY)                                                              \
    F(423, PriceType, INT, NUMBERS(FIX_NUMBERS(1, 11)))                                            \
    F(424, DayOrderQty, QTY, ANY)                                                                  \
    F(425, DayCumQty, QTY, ANY)                                                                    \
    F(426, DayAvgPx, PRICE, ANY)                                                                   \
    F(427, GTBookingInst, INT, NUMBERS(FIX_NUMBERS(0, 2)))                                         \
    F(432, ExpireDate, LOCALMKTDATE, ANY)                                                          \
    F(434, CxlRejResponseTo, CHAR, LETTERS(FIX_LETTERS('1', '2')))                                 \
    F(435, UnderlyingCouponRate, PERCENTAGE, ANY)                                                  \
    F(436, UnderlyingContractMultiplier, FLOAT, ANY)                                               \
    F(437, ContraTradeQty, QTY, ANY)                                                               \
    F(438, ContraTradeTime, UTCTIMESTAMP, ANY)                                                     \
    F(442, MultiLegReportingType, CHAR, LETTERS(FIX_LETTERS('1', '3')))                            \
    F(447, PartyIDSource, CHAR, LETTERS(FIX_LETTERS('1', '9') | FIX_LETTERS('A', 'I')))            \
    F(448, PartyID, STRING, ANY)                                                                   \
    F(451, NetChgPrevDay, PRICEOFFSET, ANY)                                                        \
    F(452, PartyRole, INT, NUMBERS(FIX_NUMBERS(1, 22) | FIX_NUMBERS(24, 39)))                      \
    F(453, NoPartyIDs, NUMINGROUP, ANY)                                                            \
    F(454, NoSecurityAltID, NUMINGROUP, ANY)                                                       \
    F(455, SecurityAltID, STRING, ANY)                                                             \
    F(456, SecurityAltIDSource, STRING, ANY)                                                       \
    F(457, NoUnderlyingSecurityAltID, NUMINGROUP, ANY)                                             \
    F(458, UnderlyingSecurityAltID, STRING, ANY)                                                   \
    F(459, UnderlyingSecurityAltIDSource, STRING, ANY)                                             \
    F(460, Product, INT, NUMBERS(FIX_NUMBERS(1, 13)))                                              \
    F(461, CFICode, STRING, ANY)                                                                   \
    F(462, UnderlyingProduct, INT, ANY)                                                            \
    F(463, UnderlyingCFICode, STRING, ANY)                                                         \
    F(464, TestMessageIndicator, BOOLEAN, ANY)                                                     \
    F(467, IndividualAllocID, STRING, ANY)                                                         \
    F(468, RoundingDirection, CHAR, LETTERS(FIX_LETTERS('0', '2')))                                \
    F(469, RoundingModulus, FLOAT, ANY)                                                            \
    F(470, CountryOfIssue, COUNTRY, ANY)                                                           \
    F(471, StateOrProvinceOfIssue, STRING, ANY)                                                    \
    F(472, LocaleOfIssue, STRING, ANY)                                                             \
    F(479, CommCurrency, CURRENCY, ANY)                                                            \
    F(480, CancellationRights, CHAR, LETTERS(FIX_LETTERS('M', 'O') | FIX_LETTER('Y')))             \
    F(481, MoneyLaunderingStatus, CHAR,                                                            \
      LETTERS(FIX_LETTERS('1', '3') | FIX_LETTER('N') | FIX_LETTER('Y')))                          \
    F(483, TransBkdTime, UTCTIMESTAMP, ANY)                                                        \
    F(484, ExecPriceType, CHAR,                                                                    \
      LETTERS(FIX_LETTERS('B', 'E') | FIX_LETTERS('O', 'Q') | FIX_LETTER('S')))                    \
    F(485, ExecPriceAdjustment, FLOAT, ANY)                                                        \
    F(494, Designation, STRING, ANY)                                                               \
    F(497, FundRenewWaiv, CHAR, LETTERS(FIX_LETTER('N') | FIX_LETTER('Y')))                        \
    F(513, RegistID, STRING, ANY)                                                                  \
    F(515, ExecValuationPoint, UTCTIMESTAMP, ANY)                                                  \
    F(516, OrderPercent, PERCENTAGE, ANY)                                                          \
    F(518, NoContAmts, NUMINGROUP, ANY)                                                            \
    F(519, ContAmtType, INT, NUMBERS(FIX_NUMBERS(1, 15)))                                          \
    F(520, ContAmtValue, FLOAT, ANY)                                                               \
    F(521, ContAmtCurr, CURRENCY, ANY)                                                             \
    F(523, PartySubID, STRING, ANY)                                                                \
    F(524, NestedPartyID, STRING, ANY)                                                             \
    F(525, NestedPartyIDSource, CHAR, ANY)                                                         \
    F(526, SecondaryClOrdID, STRING, ANY)                                                          \
    F(527, SecondaryExecID, STRING, ANY)                                                           \
    F(528, OrderCapacity, CHAR,                                                                    \
      LETTERS(FIX_LETTER('A') | FIX_LETTER('G') | FIX_LETTER('I') | FIX_LETTER('P') |              \
              FIX_LETTER('R') | FIX_LETTER('W')))                                                  \
    F(529, OrderRestrictions, MULTIPLEVALUESTRING,                                                 \
      LETTERS(FIX_LETTERS('1', '9') | FIX_LETTER('A')))                                            \
    F(530, MassCancelRequestType, CHAR, LETTERS(FIX_LETTERS('1', '7')))                            \
    F(531, MassCancelResponse, CHAR, LETTERS(FIX_LETTERS('0', '7')))                               \
    F(532, MassCancelRejectReason, STRING, WORDS(MASS_CANCEL_REJECT_REASONS))                      \
    F(533, TotalAffectedOrders, INT, ANY)                                                          \
    F(534, NoAffectedOrders, NUMINGROUP, ANY)                                                      \
    F(535, AffectedOrderID, STRING, ANY)                                                           \
    F(536, AffectedSecondaryOrderID, STRING, ANY)                                                  \
    F(538, NestedPartyRole, INT, ANY)                                                              \
    F(539, NoNestedPartyIDs, NUMINGROUP, ANY)                                                      \
    F(541, MaturityDate, LOCALMKTDATE, ANY)                                                        \
    F(542, UnderlyingMaturityDate, LOCALMKTDATE, ANY)                                              \
    F(543, InstrRegistry, STRING, ANY)                                                             \
    F(544, CashMargin, CHAR, LETTERS(FIX_LETTERS('1', '3')))                                       \
    F(545, NestedPartySubID, STRING, ANY)                                                          \
    F(546, Scope, MULTIPLEVALUESTRING, LETTERS(FIX_LETTERS('1', '3')))                             \
    F(547, MDImplicitDelete, BOOLEAN, ANY)                                                         \
    F(548, CrossID, STRING, ANY)                                                                   \
    F(549, CrossType, INT, NUMBERS(FIX_NUMBERS(1, 4)))                                             \
    F(551, OrigCrossID, STRING, ANY)                                                               \
    F(553, Username, STRING, ANY)                                                                  \
    F(554, Password, STRING, ANY)                                                                  \
    F(555, NoLegs, NUMINGROUP, ANY)                                                                \
    F(556, LegCurrency, CURRENCY, ANY)                                                             \
    F(559, SecurityListRequestType, INT, NUMBERS(FIX_NUMBERS(0, 4)))                               \
    F(560, SecurityRequestResult, INT, NUMBERS(FIX_NUMBERS(0, 5)))                                 \
    F(561, RoundLot, QTY, ANY)                                                                     \
    F(562, MinTradeVol, QTY, ANY)                                                                  \
    F(564, LegPositionEffect, CHAR, ANY)                                                           \
    F(565, LegCoveredOrUncovered, INT, ANY)                                                        \
    F(566, LegPrice, PRICE, ANY)                                                                   \
    F(567, TradSesStatusRejReason, INT, NUMBERS(FIX_NUMBER(1) | FIX_NUMBER_99))                    \
    F(581, AccountType, INT, NUMBERS(FIX_NUMBERS(1, 4) | FIX_NUMBERS(6, 8)))                       \
    F(582, CustOrderCapacity, INT, NUMBERS(FIX_NUMBERS(1, 4)))                                     \
    F(583, ClOrdLinkID, STRING, ANY)                                                               \
    F(584, MassStatusReqID, STRING, ANY)                                                           \
    F(586, OrigOrdModTime, UTCTIMESTAMP, ANY)                                                      \
    F(587, LegSettlType, CHAR, ANY)                                                                \
    F(588, LegSettlDate, LOCALMKTDATE, ANY)                                                        \
    F(589, DayBookingInst, CHAR, LETTERS(FIX_LETTERS('0', '2')))                                   \
    F(590, BookingUnit, CHAR, LETTERS(FIX_LETTERS('0', '2')))                                      \
    F(591, PreallocMethod, CHAR, LETTERS(FIX_LETTERS('0', '1')))                                   \
    F(592, UnderlyingCountryOfIssue, COUNTRY, ANY)                                                 \
    F(593, UnderlyingStateOrProvinceOfIssue, STRING, ANY)                                          \
    F(594, UnderlyingLocaleOfIssue, STRING, ANY)                                                   \
    F(595, UnderlyingInstrRegistry, STRING, ANY)                                                   \
    F(596, LegCountryOfIssue, COUNTRY, ANY)                                                        \
    F(597, LegStateOrProvinceOfIssue, STRING, ANY)                                                 \
    F(598, LegLocaleOfIssue, STRING, ANY)                                                          \
    F(599, LegInstrRegistry, STRING, ANY)                                                          \
    F(600, LegSymbol, STRING, ANY)                                                                 \
    F(601, LegSymbolSfx, STRING, ANY)                                                              \
    F(602, LegSecurityID, STRING, ANY)                                                             \
    F(603, LegSecurityIDSource, STRING, ANY)                                                       \
    F(604, NoLegSecurityAltID, NUMINGROUP, ANY)                                                    \
    F(605, LegSecurityAltID, STRING, ANY)                                                          \
    F(606, LegSecurityAltIDSource, STRING, ANY)                                                    \
    F(607, LegProduct, INT, ANY)                                                                   \
    F(608, LegCFICode, STRING, ANY)                                                                \
    F(609, LegSecurityType, STRING, ANY)                                                           \
    F(610, LegMaturityMonthYear, MONTHYEAR, ANY)                                                   \
    F(611, LegMaturityDate, LOCALMKTDATE, ANY)                                                     \
    F(612, LegStrikePrice, PRICE, ANY)                                                             \
    F(613, LegOptAttribute, CHAR, ANY)                                                             \
    F(614, LegContractMultiplier, FLOAT, ANY)                                                      \
    F(615, LegCouponRate, PERCENTAGE, ANY)                                                         \
    F(616, LegSecurityExchange, EXCHANGE, ANY)                                                     \
    F(617, LegIssuer, STRING, ANY)                                                                 \
    F(618, EncodedLegIssuerLen, LENGTH, ANY)                                                       \
    F(619, EncodedLegIssuer, DATA, ANY)                                                            \
    F(620, LegSecurityDesc, STRING, ANY)                                                           \
    F(621, EncodedLegSecurityDescLen, LENGTH, ANY)                                                 \
    F(622, EncodedLegSecurityDesc, DATA, ANY)                                                      \
    F(623, LegRatioQty, FLOAT, ANY)                                                                \
    F(624, LegSide, CHAR, ANY)                                                                     \
    F(625, TradingSessionSubID, STRING, ANY)                                                       \
    F(627, NoHops, NUMINGROUP, ANY)                                                                \
    F(628, HopCompID, STRING, ANY)                                                                 \
    F(629, HopSendingTime, UTCTIMESTAMP, ANY)                                                      \
    F(630, HopRefID, SEQNUM, ANY)                                                                  \
    F(635, ClearingFeeIndicator, STRING,                                                           \
      LETTERS(FIX_LETTERS('1', '5') | FIX_LETTER('9') | FIX_LETTER('B') | FIX_LETTER('C') |        \
              FIX_LETTER('E') | FIX_LETTER('F') | FIX_LETTER('H') | FIX_LETTER('I') |              \
              FIX_LETTER('L') | FIX_LETTER('M')))                                                  \
    F(636, WorkingIndicator, BOOLEAN, ANY)                                                         \
    F(637, LegLastPx, PRICE, ANY)                                                                  \
    F(638, PriorityIndicator, INT, NUMBERS(FIX_NUMBERS(0, 1)))                                     \
    F(639, PriceImprovement, PRICEOFFSET, ANY)                                                     \
    F(640, Price2, PRICE, ANY)                                                                     \
    F(641, LastForwardPoints2, PRICEOFFSET, ANY)                                                   \
    F(651, UnderlyingLastPx, PRICE, ANY)                                                           \
    F(652, UnderlyingLastQty, QTY, ANY)                                                            \
    F(654, LegRefID, STRING, ANY)                                                                  \
    F(655, ContraLegRefID, STRING, ANY)                                                            \
    F(660, AcctIDSource, INT, NUMBERS(FIX_NUMBERS(1, 5) | FIX_NUMBER_99))                          \
    F(661, AllocAcctIDSource, INT, ANY)                                                            \
    F(662, BenchmarkPrice, PRICE, ANY)                                                             \
    F(663, BenchmarkPriceType, INT, ANY)                                                           \
    F(667, ContractSettlMonth, MONTHYEAR, ANY)                                                     \
    F(668, DeliveryForm, INT, NUMBERS(FIX_NUMBERS(1, 2)))                                          \
    F(669, LastParPx, PRICE, ANY)                                                                  \
    F(676, LegBenchmarkCurveCurrency, CURRENCY, ANY)                                               \
    F(677, LegBenchmarkCurveName, STRING, ANY)                                                     \
    F(678, LegBenchmarkCurvePoint, STRING, ANY)                                                    \
    F(679, LegBenchmarkPrice, PRICE, ANY)                                                          \
    F(680, LegBenchmarkPriceType, INT, ANY)                                                        \
    F(683, NoLegStipulations, NUMINGROUP, ANY)                                                     \
    F(687, LegQty, QTY, ANY)                                                                       \
    F(688, LegStipulationType, STRING, ANY)                                                        \
    F(689, LegStipulationValue, STRING, ANY)                                                       \
    F(690, LegSwapType, INT, NUMBERS(FIX_NUMBERS(1, 2) | FIX_NUMBERS(4, 5)))                       \
    F(691, Pool, STRING, ANY)                                                                      \
    F(693, QuoteRespID, STRING, ANY)                                                               \
    F(696, YieldRedemptionDate, LOCALMKTDATE, ANY)                                                 \
    F(697, YieldRedemptionPrice, PRICE, ANY)                                                       \
    F(698, YieldRedemptionPriceType, INT, ANY)                                                     \
    F(699, BenchmarkSecurityID, STRING, ANY)                                                       \
    F(701, YieldCalcDate, LOCALMKTDATE, ANY)                                                       \
    F(711, NoUnderlyings, NUMINGROUP, ANY)                                                         \
    F(736, AllocSettlCurrency, CURRENCY, ANY)                                                      \
    F(738, InterestAtMaturity, AMT, ANY)                                                           \
    F(739, LegDatedDate, LOCALMKTDATE, ANY)                                                        \
    F(740, LegPool, STRING, ANY)                                                                   \
    F(761, BenchmarkSecurityIDSource, STRING, ANY)                                                 \
    F(762, SecuritySubType, STRING, ANY)                                                           \
    F(763, UnderlyingSecuritySubType, STRING, ANY)                                                 \
    F(764, LegSecuritySubType, STRING, ANY)                                                        \
    F(775, BookingType, INT, NUMBERS(FIX_NUMBERS(0, 2)))                                           \
    F(788, TerminationType, INT, NUMBERS(FIX_NUMBERS(1, 4)))                                       \
    F(789, NextExpectedMsgSeqNum, SEQNUM, ANY)                                                     \
    F(790, OrdStatusReqID, STRING, ANY)                                                            \
    F(797, CopyMsgIndicator, BOOLEAN, ANY)                                                         \
    F(802, NoPartySubIDs, NUMINGROUP, ANY)                                                         \
    F(803, PartySubIDType, INT, ANY)                                                               \
    F(804, NoNestedPartySubIDs, NUMINGROUP, ANY)                                                   \
    F(805, NestedPartySubIDType, INT, ANY)                                                         \
    F(810, UnderlyingPx, PRICE, ANY)                                                               \
    F(811, PriceDelta, FLOAT, ANY)                                                                 \
    F(812, ApplQueueMax, INT, ANY)                                                                 \
    F(813, ApplQueueDepth, INT, ANY)                                                               \
    F(814, ApplQueueResolution, INT, NUMBERS(FIX_NUMBERS(0, 3)))                                   \
    F(815, ApplQueueAction, INT, NUMBERS(FIX_NUMBERS(0, 3)))                                       \
    F(816, NoAltMDSource, NUMINGROUP, ANY)                                                         \
    F(817, AltMDSourceID, STRING, ANY)                                                             \
    F(827, ExpirationCycle, INT, NUMBERS(FIX_NUMBERS(0, 1)))                                       \
    F(835, PegMoveType, INT, NUMBERS(FIX_NUMBERS(0, 1)))                                           \
    F(836, PegOffsetType, INT, NUMBERS(FIX_NUMBERS(0, 3)))                                         \
    F(837, PegLimitType, INT, NUMBERS(FIX_NUMBERS(0, 2)))                                          \
    F(838, PegRoundDirection, INT, NUMBERS(FIX_NUMBERS(1, 2)))                                     \
    F(839, PeggedPrice, PRICE, ANY)                                                                \
    F(840, PegScope, INT, NUMBERS(FIX_NUMBERS(1, 4)))                                              \
    F(841, DiscretionMoveType, INT, NUMBERS(FIX_NUMBERS(0, 1)))                                    \
    F(842, DiscretionOffsetType, INT, NUMBERS(FIX_NUMBERS(0, 3)))                                  \
    F(843, DiscretionLimitType, INT, NUMBERS(FIX_NUMBERS(0, 2)))                                   \
    F(844, DiscretionRoundDirection, INT, NUMBERS(FIX_NUMBERS(1, 2)))                              \
    F(845, DiscretionPrice, PRICE, ANY)                                                            \
    F(846, DiscretionScope, INT, NUMBERS(FIX_NUMBERS(1, 4)))                                       \
    F(847, TargetStrategy, INT, ANY)                                                               \
    F(848, TargetStrategyParameters, STRING, ANY)                                                  \
    F(849, ParticipationRate, PERCENTAGE, ANY)                                                     \
    F(850, TargetStrategyPerformance, FLOAT, ANY)                                                  \
    F(851, LastLiquidityInd, INT, NUMBERS(FIX_NUMBERS(1, 3)))                                      \
    F(854, QtyType, INT, NUMBERS(FIX_NUMBERS(0, 1)))                                               \
    F(864, NoEvents, NUMINGROUP, ANY)                                                              \
    F(865, EventType, INT, NUMBERS(FIX_NUMBERS(1, 4) | FIX_NUMBER_99))                             \
    F(866, EventDate, LOCALMKTDATE, ANY)                                                           \
    F(867, EventPx, PRICE, ANY)                                                                    \
    F(868, EventText, STRING, ANY)                                                                 \
    F(869, PctAtRisk, PERCENTAGE, ANY)                                                             \
    F(870, NoInstrAttrib, NUMINGROUP, ANY)                                                         \
    F(871, InstrAttribType, INT, NUMBERS(FIX_NUMBERS(1, 22) | FIX_NUMBER_99))                      \
    F(872, InstrAttribValue, STRING, ANY)                                                          \
    F(873, DatedDate, LOCALMKTDATE, ANY)                                                           \
    F(874, InterestAccrualDate, LOCALMKTDATE, ANY)                                                 \
    F(875, CPProgram, INT, NUMBERS(FIX_NUMBERS(1, 2) | FIX_NUMBER_99))                             \
    F(876, CPRegType, STRING, ANY)                                                                 \
    F(877, UnderlyingCPProgram, STRING, ANY)                                                       \
    F(878, UnderlyingCPRegType, STRING, ANY)                                                       \
    F(879, UnderlyingQty, QTY, ANY)                                                                \
    F(882, UnderlyingDirtyPrice, PRICE, ANY)                                                       \
    F(883, UnderlyingEndPrice, PRICE, ANY)                                                         \
    F(884, UnderlyingStartValue, AMT, ANY)                                                         \
    F(885, UnderlyingCurrentValue, AMT, ANY)                                                       \
    F(886, UnderlyingEndValue, AMT, ANY)                                                           \
    F(887, NoUnderlyingStips, NUMINGROUP, ANY)                                                     \
    F(888, UnderlyingStipType, STRING, ANY)                                                        \
    F(889, UnderlyingStipValue, STRING, ANY)                                                       \
    F(891, MiscFeeBasis, INT, NUMBERS(FIX_NUMBERS(0, 2)))                                          \
    F(893, LastFragment, BOOLEAN, ANY)                                                             \
    F(898, MarginRatio, PERCENTAGE, ANY)                                                           \
    F(911, TotNumReports, INT, ANY)                                                                \
    F(912, LastRptRequested, BOOLEAN, ANY)                                                         \
    F(913, AgreementDesc, STRING, ANY)                                                             \
    F(914, AgreementID, STRING, ANY)                                                               \
    F(915, AgreementDate, LOCALMKTDATE, ANY)                                                       \
    F(916, StartDate, LOCALMKTDATE, ANY)                                                           \
    F(917, EndDate, LOCALMKTDATE, ANY)                                                             \
    F(918, AgreementCurrency, CURRENCY, ANY)                                                       \
    F(919, DeliveryType, INT, NUMBERS(FIX_NUMBERS(0, 3)))                                          \
    F(920, EndAccruedInterestAmt, AMT, ANY)                                                        \
    F(921, StartCash, AMT, ANY)                                                                    \
    F(922, EndCash, AMT, ANY)                                                                      \
    F(941, UnderlyingStrikeCurrency, CURRENCY, ANY)                                                \
    F(942, LegStrikeCurrency, CURRENCY, ANY)                                                       \
    F(943, TimeBracket, STRING, ANY)                                                               \
    F(947, StrikeCurrency, CURRENCY, ANY)                                                          \
    F(955, LegContractSettlMonth, MONTHYEAR, ANY)                                                  \
    F(956, LegInterestAccrualDate, LOCALMKTDATE, ANY)

#define FIX44_TAG(tag, name, type, values) FIX44_##name = tag,

enum fix44_tag { FIX44_FIELDS(FIX44_TAG) };

#undef FIX44_TAG

#endif
