/*
 * FIX 4.4's messages (volumes 3 to 5), flattened: which fields, which of them required, which
 * groups. The compiler refuses a tag that has two places in one message.
 */
#include <stddef.h>

#include "core/fix/fix44_fields.h"
#include "core/fix/fix44_groups.h"
#include "core/fix/fix_dictionary_table.h"

/* What `values` of a field may be. */
#define ANY .values = FIX_VALUES_ANY
#define LETTERS(bits) .values = FIX_VALUES_LETTERS, .set = (bits)
#define NUMBERS(bits) .values = FIX_VALUES_NUMBERS, .set = (bits)
#define WORDS(list) .values = FIX_VALUES_WORDS, .words = (list)

#define FIELD_RULE(tag, name, of_type, ...) [tag] = {.type = FIX_TYPE_##of_type, __VA_ARGS__},
#define FIELD_NAME(tag, name, type, ...) [tag] = #name,

static const struct fix_field_rule field_rules[FIX_SLOTS] = {FIX44_FIELDS(FIELD_RULE)};
static const char *const field_names[FIX_SLOTS] = {FIX44_FIELDS(FIELD_NAME)};

#define SLOT(name) FIX44_##name

#define GROUP_INDEX(group, number, header) group##_INDEX,
#define GROUP_MEMBERS(group, number, header)                                                       \
    static const uint16_t group##_members[] = {group(SLOT), 0};
#define GROUP_RULE(group, number, header)                                                          \
    [group##_INDEX] = {.count = SLOT(number), .in_header = header, .members = group##_members},

enum group_index { FIX44_GROUPS(GROUP_INDEX) };

FIX44_GROUPS(GROUP_MEMBERS)
static const struct fix_group_rule group_rules[] = {FIX44_GROUPS(GROUP_RULE)};

#define IN_HEADER(name) [SLOT(name)] = FIX_PLACE_HEADER
#define IN_BODY(name) [SLOT(name)] = FIX_PLACE_BODY
#define IN_TRAILER(name) [SLOT(name)] = FIX_PLACE_TRAILER
#define IN_GROUP(group, name) [SLOT(name)] = FIX_PLACE_GROUP + group##_INDEX
#define IN_HOPS(name) IN_GROUP(HOPS, name)
#define IN_MSG_TYPES(name) IN_GROUP(MSG_TYPES, name)
#define IN_PARTIES(name) IN_GROUP(PARTIES, name)
#define IN_PARTY_SUB_IDS(name) IN_GROUP(PARTY_SUB_IDS, name)
#define IN_ALLOCS(name) IN_GROUP(ALLOCS, name)
#define IN_NESTED_PARTIES(name) IN_GROUP(NESTED_PARTIES, name)
#define IN_NESTED_PARTY_SUB_IDS(name) IN_GROUP(NESTED_PARTY_SUB_IDS, name)
#define IN_TRADING_SESSIONS(name) IN_GROUP(TRADING_SESSIONS, name)
#define IN_SECURITY_ALT_IDS(name) IN_GROUP(SECURITY_ALT_IDS, name)
#define IN_EVENTS(name) IN_GROUP(EVENTS, name)
#define IN_UNDERLYINGS(name) IN_GROUP(UNDERLYINGS, name)
#define IN_UNDERLYING_ALT_IDS(name) IN_GROUP(UNDERLYING_ALT_IDS, name)
#define IN_UNDERLYING_STIPS(name) IN_GROUP(UNDERLYING_STIPS, name)
#define IN_STIPULATIONS(name) IN_GROUP(STIPULATIONS, name)
#define IN_AFFECTED_ORDERS(name) IN_GROUP(AFFECTED_ORDERS, name)
#define IN_CONTRA_BROKERS(name) IN_GROUP(CONTRA_BROKERS, name)
#define IN_CONT_AMTS(name) IN_GROUP(CONT_AMTS, name)
#define IN_EXECUTION_LEGS(name) IN_GROUP(EXECUTION_LEGS, name)
#define IN_LEG_ALT_IDS(name) IN_GROUP(LEG_ALT_IDS, name)
#define IN_LEG_STIPULATIONS(name) IN_GROUP(LEG_STIPULATIONS, name)
#define IN_MISC_FEES(name) IN_GROUP(MISC_FEES, name)
#define IN_ROUTING_IDS(name) IN_GROUP(ROUTING_IDS, name)
#define IN_EMAIL_SYMBOLS(name) IN_GROUP(EMAIL_SYMBOLS, name)
#define IN_LEGS(name) IN_GROUP(LEGS, name)
#define IN_LINES_OF_TEXT(name) IN_GROUP(LINES_OF_TEXT, name)
#define IN_INSTR_ATTRIBS(name) IN_GROUP(INSTR_ATTRIBS, name)
#define IN_MD_ENTRY_TYPES(name) IN_GROUP(MD_ENTRY_TYPES, name)
#define IN_REQUESTED_SYMBOLS(name) IN_GROUP(REQUESTED_SYMBOLS, name)
#define IN_SNAPSHOT_ENTRIES(name) IN_GROUP(SNAPSHOT_ENTRIES, name)
#define IN_INCREMENTAL_ENTRIES(name) IN_GROUP(INCREMENTAL_ENTRIES, name)
#define IN_ALT_MD_SOURCES(name) IN_GROUP(ALT_MD_SOURCES, name)
#define IN_LISTED_SYMBOLS(name) IN_GROUP(LISTED_SYMBOLS, name)
#define IN_LISTED_LEGS(name) IN_GROUP(LISTED_LEGS, name)

#define HEADER(F)                                                                                  \
    F(BeginString), F(BodyLength), F(MsgType), F(SenderCompID), F(TargetCompID),                   \
        F(OnBehalfOfCompID), F(DeliverToCompID), F(SecureDataLen), F(SecureData), F(MsgSeqNum),    \
        F(SenderSubID), F(SenderLocationID), F(TargetSubID), F(TargetLocationID),                  \
        F(OnBehalfOfSubID), F(OnBehalfOfLocationID), F(DeliverToSubID), F(DeliverToLocationID),    \
        F(PossDupFlag), F(PossResend), F(SendingTime), F(OrigSendingTime), F(XmlDataLen),          \
        F(XmlData), F(MessageEncoding), F(LastMsgSeqNumProcessed), F(NoHops)

#define TRAILER(F) F(SignatureLength), F(Signature), F(CheckSum)

#define STANDARD_PLACES HEADER(IN_HEADER), HOPS(IN_HOPS), TRAILER(IN_TRAILER)
#define STANDARD_REQUIRED                                                                          \
    SLOT(BeginString), SLOT(BodyLength), SLOT(MsgSeqNum), SLOT(MsgType), SLOT(SenderCompID),       \
        SLOT(SendingTime), SLOT(TargetCompID), SLOT(CheckSum)

/* Heartbeat (0) */
#define HEARTBEAT(F) F(TestReqID)

static const uint8_t heartbeat_places[FIX_SLOTS] = {STANDARD_PLACES, HEARTBEAT(IN_BODY)};
static const uint16_t heartbeat_required[] = {STANDARD_REQUIRED, 0};
static const uint8_t heartbeat_groups[] = {HOPS_INDEX, FIX_NO_GROUP};

/* TestRequest (1) */
#define TEST_REQUEST(F) F(TestReqID)

static const uint8_t test_request_places[FIX_SLOTS] = {STANDARD_PLACES, TEST_REQUEST(IN_BODY)};
static const uint16_t test_request_required[] = {STANDARD_REQUIRED, SLOT(TestReqID), 0};
static const uint8_t test_request_groups[] = {HOPS_INDEX, FIX_NO_GROUP};

/* ResendRequest (2) */
#define RESEND_REQUEST(F) F(BeginSeqNo), F(EndSeqNo)

static const uint8_t resend_request_places[FIX_SLOTS] = {STANDARD_PLACES, RESEND_REQUEST(IN_BODY)};
static const uint16_t resend_request_required[] = {STANDARD_REQUIRED, SLOT(BeginSeqNo),
                                                   SLOT(EndSeqNo), 0};
static const uint8_t resend_request_groups[] = {HOPS_INDEX, FIX_NO_GROUP};

/* Reject (3) */
#define REJECT(F) F(RefSeqNum), F(RefTagID), F(RefMsgType), F(SessionRejectReason), TEXT_DATA(F)

static const uint8_t reject_places[FIX_SLOTS] = {STANDARD_PLACES, REJECT(IN_BODY)};
static const uint16_t reject_required[] = {STANDARD_REQUIRED, SLOT(RefSeqNum), 0};
static const uint8_t reject_groups[] = {HOPS_INDEX, FIX_NO_GROUP};

/* SequenceReset (4) */
#define SEQUENCE_RESET(F) F(GapFillFlag), F(NewSeqNo)

static const uint8_t sequence_reset_places[FIX_SLOTS] = {STANDARD_PLACES, SEQUENCE_RESET(IN_BODY)};
static const uint16_t sequence_reset_required[] = {STANDARD_REQUIRED, SLOT(NewSeqNo), 0};
static const uint8_t sequence_reset_groups[] = {HOPS_INDEX, FIX_NO_GROUP};

/* Logout (5) */
#define LOGOUT(F) TEXT_DATA(F)

static const uint8_t logout_places[FIX_SLOTS] = {STANDARD_PLACES, LOGOUT(IN_BODY)};
static const uint16_t logout_required[] = {STANDARD_REQUIRED, 0};
static const uint8_t logout_groups[] = {HOPS_INDEX, FIX_NO_GROUP};

/* Logon (A) */
#define LOGON(F)                                                                                   \
    F(EncryptMethod), F(HeartBtInt), F(RawDataLength), F(RawData), F(ResetSeqNumFlag),             \
        F(NextExpectedMsgSeqNum), F(MaxMessageSize), F(TestMessageIndicator), F(Username),         \
        F(Password), F(NoMsgTypes)

static const uint8_t logon_places[FIX_SLOTS] = {STANDARD_PLACES, LOGON(IN_BODY),
                                                MSG_TYPES(IN_MSG_TYPES)};
static const uint16_t logon_required[] = {STANDARD_REQUIRED, SLOT(EncryptMethod), SLOT(HeartBtInt),
                                          0};
static const uint8_t logon_groups[] = {HOPS_INDEX, MSG_TYPES_INDEX, FIX_NO_GROUP};

/* NewOrderSingle (D) */
#define NEW_ORDER_SINGLE(F)                                                                        \
    F(ClOrdID), F(SecondaryClOrdID), F(ClOrdLinkID), F(NoPartyIDs), F(TradeOriginationDate),       \
        F(TradeDate), F(Account), F(AcctIDSource), F(AccountType), F(DayBookingInst),              \
        F(BookingUnit), F(PreallocMethod), F(AllocID), F(NoAllocs), F(SettlType), F(SettlDate),    \
        F(CashMargin), F(ClearingFeeIndicator), F(HandlInst), F(ExecInst), F(MinQty), F(MaxFloor), \
        F(ExDestination), F(NoTradingSessions), F(ProcessCode), INSTRUMENT(F),                     \
        FINANCING_DETAILS(F), F(NoUnderlyings), F(PrevClosePx), F(Side), F(LocateReqd),            \
        F(TransactTime), F(NoStipulations), F(QtyType), ORDER_QTY_DATA(F), F(OrdType),             \
        F(PriceType), F(Price), F(StopPx), SPREAD_OR_BENCHMARK_CURVE_DATA(F), YIELD_DATA(F),       \
        F(Currency), F(ComplianceID), F(SolicitedFlag), F(IOIID), F(QuoteID), F(TimeInForce),      \
        F(EffectiveTime), F(ExpireDate), F(ExpireTime), F(GTBookingInst), COMMISSION_DATA(F),      \
        F(OrderCapacity), F(OrderRestrictions), F(CustOrderCapacity), F(ForexReq),                 \
        F(SettlCurrency), F(BookingType), TEXT_DATA(F), F(SettlDate2), F(OrderQty2), F(Price2),    \
        F(PositionEffect), F(CoveredOrUncovered), F(MaxShow), PEG_INSTRUCTIONS(F),                 \
        DISCRETION_INSTRUCTIONS(F), F(TargetStrategy), F(TargetStrategyParameters),                \
        F(ParticipationRate), F(CancellationRights), F(MoneyLaunderingStatus), F(RegistID),        \
        F(Designation)

static const uint8_t new_order_single_places[FIX_SLOTS] = {
    STANDARD_PLACES,
    NEW_ORDER_SINGLE(IN_BODY),
    PARTIES(IN_PARTIES),
    PARTY_SUB_IDS(IN_PARTY_SUB_IDS),
    ALLOCS(IN_ALLOCS),
    NESTED_PARTIES(IN_NESTED_PARTIES),
    NESTED_PARTY_SUB_IDS(IN_NESTED_PARTY_SUB_IDS),
    TRADING_SESSIONS(IN_TRADING_SESSIONS),
    SECURITY_ALT_IDS(IN_SECURITY_ALT_IDS),
    EVENTS(IN_EVENTS),
    UNDERLYINGS(IN_UNDERLYINGS),
    UNDERLYING_ALT_IDS(IN_UNDERLYING_ALT_IDS),
    UNDERLYING_STIPS(IN_UNDERLYING_STIPS),
    STIPULATIONS(IN_STIPULATIONS)};
static const uint16_t new_order_single_required[] = {
    STANDARD_REQUIRED, SLOT(ClOrdID), SLOT(OrdType), SLOT(Side), SLOT(TransactTime), 0};
static const uint8_t new_order_single_groups[] = {HOPS_INDEX,
                                                  PARTIES_INDEX,
                                                  PARTY_SUB_IDS_INDEX,
                                                  ALLOCS_INDEX,
                                                  NESTED_PARTIES_INDEX,
                                                  NESTED_PARTY_SUB_IDS_INDEX,
                                                  TRADING_SESSIONS_INDEX,
                                                  SECURITY_ALT_IDS_INDEX,
                                                  EVENTS_INDEX,
                                                  UNDERLYINGS_INDEX,
                                                  UNDERLYING_ALT_IDS_INDEX,
                                                  UNDERLYING_STIPS_INDEX,
                                                  STIPULATIONS_INDEX,
                                                  FIX_NO_GROUP};

/* OrderCancelRequest (F) */
#define ORDER_CANCEL_REQUEST(F)                                                                    \
    F(OrigClOrdID), F(OrderID), F(ClOrdID), F(SecondaryClOrdID), F(ClOrdLinkID), F(ListID),        \
        F(OrigOrdModTime), F(Account), F(AcctIDSource), F(AccountType), F(NoPartyIDs),             \
        INSTRUMENT(F), FINANCING_DETAILS(F), F(NoUnderlyings), F(Side), F(TransactTime),           \
        ORDER_QTY_DATA(F), F(ComplianceID), TEXT_DATA(F)

static const uint8_t order_cancel_request_places[FIX_SLOTS] = {
    STANDARD_PLACES,
    ORDER_CANCEL_REQUEST(IN_BODY),
    PARTIES(IN_PARTIES),
    PARTY_SUB_IDS(IN_PARTY_SUB_IDS),
    SECURITY_ALT_IDS(IN_SECURITY_ALT_IDS),
    EVENTS(IN_EVENTS),
    UNDERLYINGS(IN_UNDERLYINGS),
    UNDERLYING_ALT_IDS(IN_UNDERLYING_ALT_IDS),
    UNDERLYING_STIPS(IN_UNDERLYING_STIPS)};
static const uint16_t order_cancel_request_required[] = {
    STANDARD_REQUIRED, SLOT(ClOrdID), SLOT(OrigClOrdID), SLOT(Side), SLOT(TransactTime), 0};
static const uint8_t order_cancel_request_groups[] = {
    HOPS_INDEX,   PARTIES_INDEX,     PARTY_SUB_IDS_INDEX,      SECURITY_ALT_IDS_INDEX,
    EVENTS_INDEX, UNDERLYINGS_INDEX, UNDERLYING_ALT_IDS_INDEX, UNDERLYING_STIPS_INDEX,
    FIX_NO_GROUP};

/* OrderCancelReplaceRequest (G) */
#define ORDER_CANCEL_REPLACE_REQUEST(F)                                                            \
    F(OrderID), F(NoPartyIDs), F(TradeOriginationDate), F(TradeDate), F(OrigClOrdID), F(ClOrdID),  \
        F(SecondaryClOrdID), F(ClOrdLinkID), F(ListID), F(OrigOrdModTime), F(Account),             \
        F(AcctIDSource), F(AccountType), F(DayBookingInst), F(BookingUnit), F(PreallocMethod),     \
        F(AllocID), F(NoAllocs), F(SettlType), F(SettlDate), F(CashMargin),                        \
        F(ClearingFeeIndicator), F(HandlInst), F(ExecInst), F(MinQty), F(MaxFloor),                \
        F(ExDestination), F(NoTradingSessions), INSTRUMENT(F), FINANCING_DETAILS(F),               \
        F(NoUnderlyings), F(Side), F(TransactTime), F(QtyType), ORDER_QTY_DATA(F), F(OrdType),     \
        F(PriceType), F(Price), F(StopPx), SPREAD_OR_BENCHMARK_CURVE_DATA(F), YIELD_DATA(F),       \
        PEG_INSTRUCTIONS(F), DISCRETION_INSTRUCTIONS(F), F(TargetStrategy),                        \
        F(TargetStrategyParameters), F(ParticipationRate), F(ComplianceID), F(SolicitedFlag),      \
        F(Currency), F(TimeInForce), F(EffectiveTime), F(ExpireDate), F(ExpireTime),               \
        F(GTBookingInst), COMMISSION_DATA(F), F(OrderCapacity), F(OrderRestrictions),              \
        F(CustOrderCapacity), F(ForexReq), F(SettlCurrency), F(BookingType), TEXT_DATA(F),         \
        F(SettlDate2), F(OrderQty2), F(Price2), F(PositionEffect), F(CoveredOrUncovered),          \
        F(MaxShow), F(LocateReqd), F(CancellationRights), F(MoneyLaunderingStatus), F(RegistID),   \
        F(Designation)

static const uint8_t order_cancel_replace_request_places[FIX_SLOTS] = {
    STANDARD_PLACES,
    ORDER_CANCEL_REPLACE_REQUEST(IN_BODY),
    PARTIES(IN_PARTIES),
    PARTY_SUB_IDS(IN_PARTY_SUB_IDS),
    ALLOCS(IN_ALLOCS),
    NESTED_PARTIES(IN_NESTED_PARTIES),
    NESTED_PARTY_SUB_IDS(IN_NESTED_PARTY_SUB_IDS),
    TRADING_SESSIONS(IN_TRADING_SESSIONS),
    SECURITY_ALT_IDS(IN_SECURITY_ALT_IDS),
    EVENTS(IN_EVENTS),
    UNDERLYINGS(IN_UNDERLYINGS),
    UNDERLYING_ALT_IDS(IN_UNDERLYING_ALT_IDS),
    UNDERLYING_STIPS(IN_UNDERLYING_STIPS)};
static const uint16_t order_cancel_replace_request_required[] = {STANDARD_REQUIRED,
                                                                 SLOT(ClOrdID),
                                                                 SLOT(OrdType),
                                                                 SLOT(OrigClOrdID),
                                                                 SLOT(Side),
                                                                 SLOT(TransactTime),
                                                                 0};
static const uint8_t order_cancel_replace_request_groups[] = {HOPS_INDEX,
                                                              PARTIES_INDEX,
                                                              PARTY_SUB_IDS_INDEX,
                                                              ALLOCS_INDEX,
                                                              NESTED_PARTIES_INDEX,
                                                              NESTED_PARTY_SUB_IDS_INDEX,
                                                              TRADING_SESSIONS_INDEX,
                                                              SECURITY_ALT_IDS_INDEX,
                                                              EVENTS_INDEX,
                                                              UNDERLYINGS_INDEX,
                                                              UNDERLYING_ALT_IDS_INDEX,
                                                              UNDERLYING_STIPS_INDEX,
                                                              FIX_NO_GROUP};

/* OrderStatusRequest (H) */
#define ORDER_STATUS_REQUEST(F)                                                                    \
    F(OrderID), F(ClOrdID), F(SecondaryClOrdID), F(ClOrdLinkID), F(NoPartyIDs), F(OrdStatusReqID), \
        F(Account), F(AcctIDSource), INSTRUMENT(F), FINANCING_DETAILS(F), F(NoUnderlyings),        \
        F(Side)

static const uint8_t order_status_request_places[FIX_SLOTS] = {
    STANDARD_PLACES,
    ORDER_STATUS_REQUEST(IN_BODY),
    PARTIES(IN_PARTIES),
    PARTY_SUB_IDS(IN_PARTY_SUB_IDS),
    SECURITY_ALT_IDS(IN_SECURITY_ALT_IDS),
    EVENTS(IN_EVENTS),
    UNDERLYINGS(IN_UNDERLYINGS),
    UNDERLYING_ALT_IDS(IN_UNDERLYING_ALT_IDS),
    UNDERLYING_STIPS(IN_UNDERLYING_STIPS)};
static const uint16_t order_status_request_required[] = {STANDARD_REQUIRED, SLOT(ClOrdID),
                                                         SLOT(Side), 0};
static const uint8_t order_status_request_groups[] = {
    HOPS_INDEX,   PARTIES_INDEX,     PARTY_SUB_IDS_INDEX,      SECURITY_ALT_IDS_INDEX,
    EVENTS_INDEX, UNDERLYINGS_INDEX, UNDERLYING_ALT_IDS_INDEX, UNDERLYING_STIPS_INDEX,
    FIX_NO_GROUP};

/* OrderMassCancelRequest (q) */
#define ORDER_MASS_CANCEL_REQUEST(F)                                                               \
    F(ClOrdID), F(SecondaryClOrdID), F(MassCancelRequestType), F(TradingSessionID),                \
        F(TradingSessionSubID), INSTRUMENT(F), UNDERLYING_INSTRUMENT(F), F(Side), F(TransactTime), \
        TEXT_DATA(F)

static const uint8_t order_mass_cancel_request_places[FIX_SLOTS] = {
    STANDARD_PLACES,
    ORDER_MASS_CANCEL_REQUEST(IN_BODY),
    SECURITY_ALT_IDS(IN_SECURITY_ALT_IDS),
    EVENTS(IN_EVENTS),
    UNDERLYING_ALT_IDS(IN_UNDERLYING_ALT_IDS),
    UNDERLYING_STIPS(IN_UNDERLYING_STIPS)};
static const uint16_t order_mass_cancel_request_required[] = {
    STANDARD_REQUIRED, SLOT(ClOrdID), SLOT(TransactTime), SLOT(MassCancelRequestType), 0};
static const uint8_t order_mass_cancel_request_groups[] = {HOPS_INDEX,
                                                           SECURITY_ALT_IDS_INDEX,
                                                           EVENTS_INDEX,
                                                           UNDERLYING_ALT_IDS_INDEX,
                                                           UNDERLYING_STIPS_INDEX,
                                                           FIX_NO_GROUP};

/* OrderMassCancelReport (r) */
#define ORDER_MASS_CANCEL_REPORT(F)                                                                \
    F(ClOrdID), F(SecondaryClOrdID), F(OrderID), F(SecondaryOrderID), F(MassCancelRequestType),    \
        F(MassCancelResponse), F(MassCancelRejectReason), F(TotalAffectedOrders),                  \
        F(NoAffectedOrders), F(TradingSessionID), F(TradingSessionSubID), INSTRUMENT(F),           \
        UNDERLYING_INSTRUMENT(F), F(Side), F(TransactTime), TEXT_DATA(F)

static const uint8_t order_mass_cancel_report_places[FIX_SLOTS] = {
    STANDARD_PLACES,
    ORDER_MASS_CANCEL_REPORT(IN_BODY),
    AFFECTED_ORDERS(IN_AFFECTED_ORDERS),
    SECURITY_ALT_IDS(IN_SECURITY_ALT_IDS),
    EVENTS(IN_EVENTS),
    UNDERLYING_ALT_IDS(IN_UNDERLYING_ALT_IDS),
    UNDERLYING_STIPS(IN_UNDERLYING_STIPS)};
static const uint16_t order_mass_cancel_report_required[] = {
    STANDARD_REQUIRED, SLOT(OrderID), SLOT(MassCancelRequestType), SLOT(MassCancelResponse), 0};
static const uint8_t order_mass_cancel_report_groups[] = {
    HOPS_INDEX,   AFFECTED_ORDERS_INDEX,    SECURITY_ALT_IDS_INDEX,
    EVENTS_INDEX, UNDERLYING_ALT_IDS_INDEX, UNDERLYING_STIPS_INDEX,
    FIX_NO_GROUP};

/* ExecutionReport (8) */
#define EXECUTION_REPORT(F)                                                                        \
    F(OrderID), F(SecondaryOrderID), F(SecondaryClOrdID), F(SecondaryExecID), F(ClOrdID),          \
        F(OrigClOrdID), F(ClOrdLinkID), F(QuoteRespID), F(OrdStatusReqID), F(MassStatusReqID),     \
        F(TotNumReports), F(LastRptRequested), F(NoPartyIDs), F(TradeOriginationDate),             \
        F(NoContraBrokers), F(ListID), F(CrossID), F(OrigCrossID), F(CrossType), F(ExecID),        \
        F(ExecRefID), F(ExecType), F(OrdStatus), F(WorkingIndicator), F(OrdRejReason),             \
        F(ExecRestatementReason), F(Account), F(AcctIDSource), F(AccountType), F(DayBookingInst),  \
        F(BookingUnit), F(PreallocMethod), F(SettlType), F(SettlDate), F(CashMargin),              \
        F(ClearingFeeIndicator), INSTRUMENT(F), FINANCING_DETAILS(F), F(NoUnderlyings), F(Side),   \
        F(NoStipulations), F(QtyType), ORDER_QTY_DATA(F), F(OrdType), F(PriceType), F(Price),      \
        F(StopPx), PEG_INSTRUCTIONS(F), DISCRETION_INSTRUCTIONS(F), F(PeggedPrice),                \
        F(DiscretionPrice), F(TargetStrategy), F(TargetStrategyParameters), F(ParticipationRate),  \
        F(TargetStrategyPerformance), F(Currency), F(ComplianceID), F(SolicitedFlag),              \
        F(TimeInForce), F(EffectiveTime), F(ExpireDate), F(ExpireTime), F(ExecInst),               \
        F(OrderCapacity), F(OrderRestrictions), F(CustOrderCapacity), F(LastQty),                  \
        F(UnderlyingLastQty), F(LastPx), F(UnderlyingLastPx), F(LastParPx), F(LastSpotRate),       \
        F(LastForwardPoints), F(LastMkt), F(TradingSessionID), F(TradingSessionSubID),             \
        F(TimeBracket), F(LastCapacity), F(LeavesQty), F(CumQty), F(AvgPx), F(DayOrderQty),        \
        F(DayCumQty), F(DayAvgPx), F(GTBookingInst), F(TradeDate), F(TransactTime),                \
        F(ReportToExch), COMMISSION_DATA(F), SPREAD_OR_BENCHMARK_CURVE_DATA(F), YIELD_DATA(F),     \
        F(GrossTradeAmt), F(NumDaysInterest), F(ExDate), F(AccruedInterestRate),                   \
        F(AccruedInterestAmt), F(InterestAtMaturity), F(EndAccruedInterestAmt), F(StartCash),      \
        F(EndCash), F(TradedFlatSwitch), F(BasisFeatureDate), F(BasisFeaturePrice), F(Concession), \
        F(TotalTakedown), F(NetMoney), F(SettlCurrAmt), F(SettlCurrency), F(SettlCurrFxRate),      \
        F(SettlCurrFxRateCalc), F(HandlInst), F(MinQty), F(MaxFloor), F(PositionEffect),           \
        F(MaxShow), F(BookingType), TEXT_DATA(F), F(SettlDate2), F(OrderQty2),                     \
        F(LastForwardPoints2), F(MultiLegReportingType), F(CancellationRights),                    \
        F(MoneyLaunderingStatus), F(RegistID), F(Designation), F(TransBkdTime),                    \
        F(ExecValuationPoint), F(ExecPriceType), F(ExecPriceAdjustment), F(PriorityIndicator),     \
        F(PriceImprovement), F(LastLiquidityInd), F(NoContAmts), F(NoLegs), F(CopyMsgIndicator),   \
        F(NoMiscFees)

static const uint8_t execution_report_places[FIX_SLOTS] = {
    STANDARD_PLACES,
    EXECUTION_REPORT(IN_BODY),
    PARTIES(IN_PARTIES),
    PARTY_SUB_IDS(IN_PARTY_SUB_IDS),
    CONTRA_BROKERS(IN_CONTRA_BROKERS),
    SECURITY_ALT_IDS(IN_SECURITY_ALT_IDS),
    EVENTS(IN_EVENTS),
    UNDERLYINGS(IN_UNDERLYINGS),
    UNDERLYING_ALT_IDS(IN_UNDERLYING_ALT_IDS),
    UNDERLYING_STIPS(IN_UNDERLYING_STIPS),
    STIPULATIONS(IN_STIPULATIONS),
    CONT_AMTS(IN_CONT_AMTS),
    EXECUTION_LEGS(IN_EXECUTION_LEGS),
    LEG_ALT_IDS(IN_LEG_ALT_IDS),
    LEG_STIPULATIONS(IN_LEG_STIPULATIONS),
    NESTED_PARTIES(IN_NESTED_PARTIES),
    NESTED_PARTY_SUB_IDS(IN_NESTED_PARTY_SUB_IDS),
    MISC_FEES(IN_MISC_FEES)};
static const uint16_t execution_report_required[] = {
    STANDARD_REQUIRED, SLOT(AvgPx), SLOT(CumQty),   SLOT(ExecID),    SLOT(OrderID),
    SLOT(OrdStatus),   SLOT(Side),  SLOT(ExecType), SLOT(LeavesQty), 0};
static const uint8_t execution_report_groups[] = {HOPS_INDEX,
                                                  PARTIES_INDEX,
                                                  PARTY_SUB_IDS_INDEX,
                                                  CONTRA_BROKERS_INDEX,
                                                  SECURITY_ALT_IDS_INDEX,
                                                  EVENTS_INDEX,
                                                  UNDERLYINGS_INDEX,
                                                  UNDERLYING_ALT_IDS_INDEX,
                                                  UNDERLYING_STIPS_INDEX,
                                                  STIPULATIONS_INDEX,
                                                  CONT_AMTS_INDEX,
                                                  EXECUTION_LEGS_INDEX,
                                                  LEG_ALT_IDS_INDEX,
                                                  LEG_STIPULATIONS_INDEX,
                                                  NESTED_PARTIES_INDEX,
                                                  NESTED_PARTY_SUB_IDS_INDEX,
                                                  MISC_FEES_INDEX,
                                                  FIX_NO_GROUP};

/* OrderCancelReject (9) */
#define ORDER_CANCEL_REJECT(F)                                                                     \
    F(OrderID), F(SecondaryOrderID), F(SecondaryClOrdID), F(ClOrdID), F(ClOrdLinkID),              \
        F(OrigClOrdID), F(OrdStatus), F(WorkingIndicator), F(OrigOrdModTime), F(ListID),           \
        F(Account), F(AcctIDSource), F(AccountType), F(TradeOriginationDate), F(TradeDate),        \
        F(TransactTime), F(CxlRejResponseTo), F(CxlRejReason), TEXT_DATA(F)

static const uint8_t order_cancel_reject_places[FIX_SLOTS] = {STANDARD_PLACES,
                                                              ORDER_CANCEL_REJECT(IN_BODY)};
static const uint16_t order_cancel_reject_required[] = {STANDARD_REQUIRED,
                                                        SLOT(ClOrdID),
                                                        SLOT(OrderID),
                                                        SLOT(OrdStatus),
                                                        SLOT(OrigClOrdID),
                                                        SLOT(CxlRejResponseTo),
                                                        0};
static const uint8_t order_cancel_reject_groups[] = {HOPS_INDEX, FIX_NO_GROUP};

/* BusinessMessageReject (j) */
#define BUSINESS_MESSAGE_REJECT(F)                                                                 \
    F(RefSeqNum), F(RefMsgType), F(BusinessRejectRefID), F(BusinessRejectReason), TEXT_DATA(F)

static const uint8_t business_message_reject_places[FIX_SLOTS] = {STANDARD_PLACES,
                                                                  BUSINESS_MESSAGE_REJECT(IN_BODY)};
static const uint16_t business_message_reject_required[] = {STANDARD_REQUIRED, SLOT(RefMsgType),
                                                            SLOT(BusinessRejectReason), 0};
static const uint8_t business_message_reject_groups[] = {HOPS_INDEX, FIX_NO_GROUP};

/* Email (C) */
#define EMAIL(F)                                                                                   \
    F(EmailThreadID), F(EmailType), F(OrigTime), F(Subject), F(EncodedSubjectLen),                 \
        F(EncodedSubject), F(NoRoutingIDs), F(NoRelatedSym), F(NoUnderlyings), F(NoLegs),          \
        F(OrderID), F(ClOrdID), F(NoLinesOfText), F(RawDataLength), F(RawData)

static const uint8_t email_places[FIX_SLOTS] = {STANDARD_PLACES,
                                                EMAIL(IN_BODY),
                                                ROUTING_IDS(IN_ROUTING_IDS),
                                                EMAIL_SYMBOLS(IN_EMAIL_SYMBOLS),
                                                SECURITY_ALT_IDS(IN_SECURITY_ALT_IDS),
                                                EVENTS(IN_EVENTS),
                                                UNDERLYINGS(IN_UNDERLYINGS),
                                                UNDERLYING_ALT_IDS(IN_UNDERLYING_ALT_IDS),
                                                UNDERLYING_STIPS(IN_UNDERLYING_STIPS),
                                                LEGS(IN_LEGS),
                                                LEG_ALT_IDS(IN_LEG_ALT_IDS),
                                                LINES_OF_TEXT(IN_LINES_OF_TEXT)};
static const uint16_t email_required[] = {STANDARD_REQUIRED, SLOT(NoLinesOfText), SLOT(EmailType),
                                          SLOT(Subject),     SLOT(EmailThreadID), 0};
static const uint8_t email_groups[] = {
    HOPS_INDEX,   ROUTING_IDS_INDEX, EMAIL_SYMBOLS_INDEX,      SECURITY_ALT_IDS_INDEX,
    EVENTS_INDEX, UNDERLYINGS_INDEX, UNDERLYING_ALT_IDS_INDEX, UNDERLYING_STIPS_INDEX,
    LEGS_INDEX,   LEG_ALT_IDS_INDEX, LINES_OF_TEXT_INDEX,      FIX_NO_GROUP};

/* SecurityDefinition (d) */
#define SECURITY_DEFINITION(F)                                                                     \
    F(SecurityReqID), F(SecurityResponseID), F(SecurityResponseType), INSTRUMENT(F),               \
        INSTRUMENT_EXTENSION(F), F(NoUnderlyings), F(Currency), F(TradingSessionID),               \
        F(TradingSessionSubID), TEXT_DATA(F), F(NoLegs), F(ExpirationCycle), F(RoundLot),          \
        F(MinTradeVol)

static const uint8_t security_definition_places[FIX_SLOTS] = {
    STANDARD_PLACES,
    SECURITY_DEFINITION(IN_BODY),
    SECURITY_ALT_IDS(IN_SECURITY_ALT_IDS),
    EVENTS(IN_EVENTS),
    INSTR_ATTRIBS(IN_INSTR_ATTRIBS),
    UNDERLYINGS(IN_UNDERLYINGS),
    UNDERLYING_ALT_IDS(IN_UNDERLYING_ALT_IDS),
    UNDERLYING_STIPS(IN_UNDERLYING_STIPS),
    LEGS(IN_LEGS),
    LEG_ALT_IDS(IN_LEG_ALT_IDS)};
static const uint16_t security_definition_required[] = {STANDARD_REQUIRED, SLOT(SecurityReqID),
                                                        SLOT(SecurityResponseID),
                                                        SLOT(SecurityResponseType), 0};
static const uint8_t security_definition_groups[] = {HOPS_INDEX,
                                                     SECURITY_ALT_IDS_INDEX,
                                                     EVENTS_INDEX,
                                                     INSTR_ATTRIBS_INDEX,
                                                     UNDERLYINGS_INDEX,
                                                     UNDERLYING_ALT_IDS_INDEX,
                                                     UNDERLYING_STIPS_INDEX,
                                                     LEGS_INDEX,
                                                     LEG_ALT_IDS_INDEX,
                                                     FIX_NO_GROUP};

/* MarketDataRequest (V) */
#define MARKET_DATA_REQUEST(F)                                                                     \
    F(MDReqID), F(SubscriptionRequestType), F(MarketDepth), F(MDUpdateType), F(AggregatedBook),    \
        F(OpenCloseSettlFlag), F(Scope), F(MDImplicitDelete), F(NoMDEntryTypes), F(NoRelatedSym),  \
        F(NoTradingSessions), F(ApplQueueAction), F(ApplQueueMax)

static const uint8_t market_data_request_places[FIX_SLOTS] = {
    STANDARD_PLACES,
    MARKET_DATA_REQUEST(IN_BODY),
    MD_ENTRY_TYPES(IN_MD_ENTRY_TYPES),
    REQUESTED_SYMBOLS(IN_REQUESTED_SYMBOLS),
    SECURITY_ALT_IDS(IN_SECURITY_ALT_IDS),
    EVENTS(IN_EVENTS),
    UNDERLYINGS(IN_UNDERLYINGS),
    UNDERLYING_ALT_IDS(IN_UNDERLYING_ALT_IDS),
    UNDERLYING_STIPS(IN_UNDERLYING_STIPS),
    LEGS(IN_LEGS),
    LEG_ALT_IDS(IN_LEG_ALT_IDS),
    TRADING_SESSIONS(IN_TRADING_SESSIONS)};
static const uint16_t market_data_request_required[] = {STANDARD_REQUIRED,
                                                        SLOT(NoRelatedSym),
                                                        SLOT(MDReqID),
                                                        SLOT(SubscriptionRequestType),
                                                        SLOT(MarketDepth),
                                                        SLOT(NoMDEntryTypes),
                                                        0};
static const uint8_t market_data_request_groups[] = {
    HOPS_INDEX,   MD_ENTRY_TYPES_INDEX, REQUESTED_SYMBOLS_INDEX,  SECURITY_ALT_IDS_INDEX,
    EVENTS_INDEX, UNDERLYINGS_INDEX,    UNDERLYING_ALT_IDS_INDEX, UNDERLYING_STIPS_INDEX,
    LEGS_INDEX,   LEG_ALT_IDS_INDEX,    TRADING_SESSIONS_INDEX,   FIX_NO_GROUP};

/* MarketDataSnapshotFullRefresh (W) */
#define MARKET_DATA_SNAPSHOT_FULL_REFRESH(F)                                                       \
    F(MDReqID), INSTRUMENT(F), F(NoUnderlyings), F(NoLegs), F(FinancialStatus),                    \
        F(CorporateAction), F(NetChgPrevDay), F(NoMDEntries), F(ApplQueueDepth),                   \
        F(ApplQueueResolution)

static const uint8_t market_data_snapshot_full_refresh_places[FIX_SLOTS] = {
    STANDARD_PLACES,
    MARKET_DATA_SNAPSHOT_FULL_REFRESH(IN_BODY),
    SECURITY_ALT_IDS(IN_SECURITY_ALT_IDS),
    EVENTS(IN_EVENTS),
    UNDERLYINGS(IN_UNDERLYINGS),
    UNDERLYING_ALT_IDS(IN_UNDERLYING_ALT_IDS),
    UNDERLYING_STIPS(IN_UNDERLYING_STIPS),
    LEGS(IN_LEGS),
    LEG_ALT_IDS(IN_LEG_ALT_IDS),
    SNAPSHOT_ENTRIES(IN_SNAPSHOT_ENTRIES)};
static const uint16_t market_data_snapshot_full_refresh_required[] = {STANDARD_REQUIRED,
                                                                      SLOT(NoMDEntries), 0};
static const uint8_t market_data_snapshot_full_refresh_groups[] = {
    HOPS_INDEX,        SECURITY_ALT_IDS_INDEX,   EVENTS_INDEX,
    UNDERLYINGS_INDEX, UNDERLYING_ALT_IDS_INDEX, UNDERLYING_STIPS_INDEX,
    LEGS_INDEX,        LEG_ALT_IDS_INDEX,        SNAPSHOT_ENTRIES_INDEX,
    FIX_NO_GROUP};

/* MarketDataIncrementalRefresh (X) */
#define MARKET_DATA_INCREMENTAL_REFRESH(F)                                                         \
    F(MDReqID), F(NoMDEntries), F(ApplQueueDepth), F(ApplQueueResolution)

static const uint8_t market_data_incremental_refresh_places[FIX_SLOTS] = {
    STANDARD_PLACES,
    MARKET_DATA_INCREMENTAL_REFRESH(IN_BODY),
    INCREMENTAL_ENTRIES(IN_INCREMENTAL_ENTRIES),
    SECURITY_ALT_IDS(IN_SECURITY_ALT_IDS),
    EVENTS(IN_EVENTS),
    UNDERLYINGS(IN_UNDERLYINGS),
    UNDERLYING_ALT_IDS(IN_UNDERLYING_ALT_IDS),
    UNDERLYING_STIPS(IN_UNDERLYING_STIPS),
    LEGS(IN_LEGS),
    LEG_ALT_IDS(IN_LEG_ALT_IDS)};
static const uint16_t market_data_incremental_refresh_required[] = {STANDARD_REQUIRED,
                                                                    SLOT(NoMDEntries), 0};
static const uint8_t market_data_incremental_refresh_groups[] = {HOPS_INDEX,
                                                                 INCREMENTAL_ENTRIES_INDEX,
                                                                 SECURITY_ALT_IDS_INDEX,
                                                                 EVENTS_INDEX,
                                                                 UNDERLYINGS_INDEX,
                                                                 UNDERLYING_ALT_IDS_INDEX,
                                                                 UNDERLYING_STIPS_INDEX,
                                                                 LEGS_INDEX,
                                                                 LEG_ALT_IDS_INDEX,
                                                                 FIX_NO_GROUP};

/* MarketDataRequestReject (Y) */
#define MARKET_DATA_REQUEST_REJECT(F) F(MDReqID), F(MDReqRejReason), F(NoAltMDSource), TEXT_DATA(F)

static const uint8_t market_data_request_reject_places[FIX_SLOTS] = {
    STANDARD_PLACES, MARKET_DATA_REQUEST_REJECT(IN_BODY), ALT_MD_SOURCES(IN_ALT_MD_SOURCES)};
static const uint16_t market_data_request_reject_required[] = {STANDARD_REQUIRED, SLOT(MDReqID), 0};
static const uint8_t market_data_request_reject_groups[] = {HOPS_INDEX, ALT_MD_SOURCES_INDEX,
                                                            FIX_NO_GROUP};

/* SecurityListRequest (x) */
#define SECURITY_LIST_REQUEST(F)                                                                   \
    F(SecurityReqID), F(SecurityListRequestType), INSTRUMENT(F), INSTRUMENT_EXTENSION(F),          \
        FINANCING_DETAILS(F), F(NoUnderlyings), F(NoLegs), F(Currency), TEXT_DATA(F),              \
        F(TradingSessionID), F(TradingSessionSubID), F(SubscriptionRequestType)

static const uint8_t security_list_request_places[FIX_SLOTS] = {
    STANDARD_PLACES,
    SECURITY_LIST_REQUEST(IN_BODY),
    SECURITY_ALT_IDS(IN_SECURITY_ALT_IDS),
    EVENTS(IN_EVENTS),
    INSTR_ATTRIBS(IN_INSTR_ATTRIBS),
    UNDERLYINGS(IN_UNDERLYINGS),
    UNDERLYING_ALT_IDS(IN_UNDERLYING_ALT_IDS),
    UNDERLYING_STIPS(IN_UNDERLYING_STIPS),
    LEGS(IN_LEGS),
    LEG_ALT_IDS(IN_LEG_ALT_IDS)};
static const uint16_t security_list_request_required[] = {STANDARD_REQUIRED, SLOT(SecurityReqID),
                                                          SLOT(SecurityListRequestType), 0};
static const uint8_t security_list_request_groups[] = {HOPS_INDEX,
                                                       SECURITY_ALT_IDS_INDEX,
                                                       EVENTS_INDEX,
                                                       INSTR_ATTRIBS_INDEX,
                                                       UNDERLYINGS_INDEX,
                                                       UNDERLYING_ALT_IDS_INDEX,
                                                       UNDERLYING_STIPS_INDEX,
                                                       LEGS_INDEX,
                                                       LEG_ALT_IDS_INDEX,
                                                       FIX_NO_GROUP};

/* SecurityList (y) */
#define SECURITY_LIST(F)                                                                           \
    F(SecurityReqID), F(SecurityResponseID), F(SecurityRequestResult), F(TotNoRelatedSym),         \
        F(LastFragment), F(NoRelatedSym)

static const uint8_t security_list_places[FIX_SLOTS] = {STANDARD_PLACES,
                                                        SECURITY_LIST(IN_BODY),
                                                        LISTED_SYMBOLS(IN_LISTED_SYMBOLS),
                                                        SECURITY_ALT_IDS(IN_SECURITY_ALT_IDS),
                                                        EVENTS(IN_EVENTS),
                                                        INSTR_ATTRIBS(IN_INSTR_ATTRIBS),
                                                        UNDERLYINGS(IN_UNDERLYINGS),
                                                        UNDERLYING_ALT_IDS(IN_UNDERLYING_ALT_IDS),
                                                        UNDERLYING_STIPS(IN_UNDERLYING_STIPS),
                                                        STIPULATIONS(IN_STIPULATIONS),
                                                        LISTED_LEGS(IN_LISTED_LEGS),
                                                        LEG_ALT_IDS(IN_LEG_ALT_IDS),
                                                        LEG_STIPULATIONS(IN_LEG_STIPULATIONS)};
static const uint16_t security_list_required[] = {STANDARD_REQUIRED, SLOT(SecurityReqID),
                                                  SLOT(SecurityResponseID),
                                                  SLOT(SecurityRequestResult), 0};
static const uint8_t security_list_groups[] = {
    HOPS_INDEX,          LISTED_SYMBOLS_INDEX, SECURITY_ALT_IDS_INDEX,   EVENTS_INDEX,
    INSTR_ATTRIBS_INDEX, UNDERLYINGS_INDEX,    UNDERLYING_ALT_IDS_INDEX, UNDERLYING_STIPS_INDEX,
    STIPULATIONS_INDEX,  LISTED_LEGS_INDEX,    LEG_ALT_IDS_INDEX,        LEG_STIPULATIONS_INDEX,
    FIX_NO_GROUP};

/* TradingSessionStatusRequest (g) */
#define TRADING_SESSION_STATUS_REQUEST(F)                                                          \
    F(TradSesReqID), F(TradingSessionID), F(TradingSessionSubID), F(TradSesMethod),                \
        F(TradSesMode), F(SubscriptionRequestType)

static const uint8_t trading_session_status_request_places[FIX_SLOTS] = {
    STANDARD_PLACES, TRADING_SESSION_STATUS_REQUEST(IN_BODY)};
static const uint16_t trading_session_status_request_required[] = {
    STANDARD_REQUIRED, SLOT(SubscriptionRequestType), SLOT(TradSesReqID), 0};
static const uint8_t trading_session_status_request_groups[] = {HOPS_INDEX, FIX_NO_GROUP};

/* TradingSessionStatus (h) */
#define TRADING_SESSION_STATUS(F)                                                                  \
    F(TradSesReqID), F(TradingSessionID), F(TradingSessionSubID), F(TradSesMethod),                \
        F(TradSesMode), F(UnsolicitedIndicator), F(TradSesStatus), F(TradSesStatusRejReason),      \
        F(TradSesStartTime), F(TradSesOpenTime), F(TradSesPreCloseTime), F(TradSesCloseTime),      \
        F(TradSesEndTime), F(TotalVolumeTraded), TEXT_DATA(F)

static const uint8_t trading_session_status_places[FIX_SLOTS] = {STANDARD_PLACES,
                                                                 TRADING_SESSION_STATUS(IN_BODY)};
static const uint16_t trading_session_status_required[] = {
    STANDARD_REQUIRED, SLOT(TradingSessionID), SLOT(TradSesStatus), 0};
static const uint8_t trading_session_status_groups[] = {HOPS_INDEX, FIX_NO_GROUP};

#define MESSAGES(M)                                                                                \
    M('0', Heartbeat, heartbeat)                                                                   \
    M('1', TestRequest, test_request)                                                              \
    M('2', ResendRequest, resend_request)                                                          \
    M('3', Reject, reject)                                                                         \
    M('4', SequenceReset, sequence_reset)                                                          \
    M('5', Logout, logout)                                                                         \
    M('A', Logon, logon)                                                                           \
    M('D', NewOrderSingle, new_order_single)                                                       \
    M('F', OrderCancelRequest, order_cancel_request)                                               \
    M('G', OrderCancelReplaceRequest, order_cancel_replace_request)                                \
    M('H', OrderStatusRequest, order_status_request)                                               \
    M('q', OrderMassCancelRequest, order_mass_cancel_request)                                      \
    M('r', OrderMassCancelReport, order_mass_cancel_report)                                        \
    M('8', ExecutionReport, execution_report)                                                      \
    M('9', OrderCancelReject, order_cancel_reject)                                                 \
    M('j', BusinessMessageReject, business_message_reject)                                         \
    M('C', Email, email)                                                                           \
    M('d', SecurityDefinition, security_definition)                                                \
    M('V', MarketDataRequest, market_data_request)                                                 \
    M('W', MarketDataSnapshotFullRefresh, market_data_snapshot_full_refresh)                       \
    M('X', MarketDataIncrementalRefresh, market_data_incremental_refresh)                          \
    M('Y', MarketDataRequestReject, market_data_request_reject)                                    \
    M('x', SecurityListRequest, security_list_request)                                             \
    M('y', SecurityList, security_list)                                                            \
    M('g', TradingSessionStatusRequest, trading_session_status_request)                            \
    M('h', TradingSessionStatus, trading_session_status)

#define MESSAGE_INDEX(type, name, table) table##_index,
#define MESSAGE_RULE(type, message, table)                                                         \
    {.name = #message,                                                                             \
     .places = table##_places,                                                                     \
     .required = table##_required,                                                                 \
     .groups = table##_groups},
#define MESSAGE_OF(type, name, table) [type] = table##_index + 1,

enum message_index { MESSAGES(MESSAGE_INDEX) };

static const struct fix_message_rule message_rules[] = {MESSAGES(MESSAGE_RULE)};

/* Numbers that volume 6 passes over. */
static const uint16_t undefined_tags[] = {101, 261, 809, 0};

const struct fix_dictionary fix44_dictionary = {
    .fields = field_rules,
    .names = field_names,
    .groups = group_rules,
    .messages = message_rules,
    .group_count = sizeof group_rules / sizeof group_rules[0],
    .message_count = sizeof message_rules / sizeof message_rules[0],
    .undefined = undefined_tags,
    .other_types =
        "6 7 a AA AB AC AD AE AF AG AH AI AJ AK AL AM AN AO AP AQ AR AS AT AU AV AW AX AY AZ "
        "B b BA BB BC BD BE BF BG BH c e E f i J k K l L m M n N o p P Q R S s T t u v w Z z",
    .last_tag = 956,
    .message_of = {MESSAGES(MESSAGE_OF)},
};
