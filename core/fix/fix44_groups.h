/*
 * Components and repeating groups of FIX 4.4 (volume 3), as lists of field names in the order of
 * the specification: F(name). A component is flat; a group's list begins with the field that begins
 * its entries, and names the counts of the groups inside it, not their members.
 */
#ifndef TERCEL_CORE_FIX_FIX44_GROUPS_H
#define TERCEL_CORE_FIX_FIX44_GROUPS_H

#define TEXT_DATA(F) F(Text), F(EncodedTextLen), F(EncodedText)

#define INSTRUMENT(F)                                                                              \
    F(Symbol), F(SymbolSfx), F(SecurityID), F(SecurityIDSource), F(NoSecurityAltID), F(Product),   \
        F(CFICode), F(SecurityType), F(SecuritySubType), F(MaturityMonthYear), F(MaturityDate),    \
        F(PutOrCall), F(CouponPaymentDate), F(IssueDate), F(RepoCollateralSecurityType),           \
        F(RepurchaseTerm), F(RepurchaseRate), F(Factor), F(CreditRating), F(InstrRegistry),        \
        F(CountryOfIssue), F(StateOrProvinceOfIssue), F(LocaleOfIssue), F(RedemptionDate),         \
        F(StrikePrice), F(StrikeCurrency), F(OptAttribute), F(ContractMultiplier), F(CouponRate),  \
        F(SecurityExchange), F(Issuer), F(EncodedIssuerLen), F(EncodedIssuer), F(SecurityDesc),    \
        F(EncodedSecurityDescLen), F(EncodedSecurityDesc), F(Pool), F(ContractSettlMonth),         \
        F(CPProgram), F(CPRegType), F(NoEvents), F(DatedDate), F(InterestAccrualDate)

#define FINANCING_DETAILS(F)                                                                       \
    F(AgreementDesc), F(AgreementID), F(AgreementDate), F(AgreementCurrency), F(TerminationType),  \
        F(StartDate), F(EndDate), F(DeliveryType), F(MarginRatio)

#define ORDER_QTY_DATA(F)                                                                          \
    F(OrderQty), F(CashOrderQty), F(OrderPercent), F(RoundingDirection), F(RoundingModulus)

#define SPREAD_OR_BENCHMARK_CURVE_DATA(F)                                                          \
    F(Spread), F(BenchmarkCurveCurrency), F(BenchmarkCurveName), F(BenchmarkCurvePoint),           \
        F(BenchmarkPrice), F(BenchmarkPriceType), F(BenchmarkSecurityID),                          \
        F(BenchmarkSecurityIDSource)

#define YIELD_DATA(F)                                                                              \
    F(YieldType), F(Yield), F(YieldCalcDate), F(YieldRedemptionDate), F(YieldRedemptionPrice),     \
        F(YieldRedemptionPriceType)

#define COMMISSION_DATA(F) F(Commission), F(CommType), F(CommCurrency), F(FundRenewWaiv)

#define PEG_INSTRUCTIONS(F)                                                                        \
    F(PegOffsetValue), F(PegMoveType), F(PegOffsetType), F(PegLimitType), F(PegRoundDirection),    \
        F(PegScope)

#define DISCRETION_INSTRUCTIONS(F)                                                                 \
    F(DiscretionInst), F(DiscretionOffsetValue), F(DiscretionMoveType), F(DiscretionOffsetType),   \
        F(DiscretionLimitType), F(DiscretionRoundDirection), F(DiscretionScope)

#define UNDERLYING_INSTRUMENT(F)                                                                   \
    F(UnderlyingSymbol), F(UnderlyingSymbolSfx), F(UnderlyingSecurityID),                          \
        F(UnderlyingSecurityIDSource), F(NoUnderlyingSecurityAltID), F(UnderlyingProduct),         \
        F(UnderlyingCFICode), F(UnderlyingSecurityType), F(UnderlyingSecuritySubType),             \
        F(UnderlyingMaturityMonthYear), F(UnderlyingMaturityDate), F(UnderlyingPutOrCall),         \
        F(UnderlyingCouponPaymentDate), F(UnderlyingIssueDate),                                    \
        F(UnderlyingRepoCollateralSecurityType), F(UnderlyingRepurchaseTerm),                      \
        F(UnderlyingRepurchaseRate), F(UnderlyingFactor), F(UnderlyingCreditRating),               \
        F(UnderlyingInstrRegistry), F(UnderlyingCountryOfIssue),                                   \
        F(UnderlyingStateOrProvinceOfIssue), F(UnderlyingLocaleOfIssue),                           \
        F(UnderlyingRedemptionDate), F(UnderlyingStrikePrice), F(UnderlyingStrikeCurrency),        \
        F(UnderlyingOptAttribute), F(UnderlyingContractMultiplier), F(UnderlyingCouponRate),       \
        F(UnderlyingSecurityExchange), F(UnderlyingIssuer), F(EncodedUnderlyingIssuerLen),         \
        F(EncodedUnderlyingIssuer), F(UnderlyingSecurityDesc),                                     \
        F(EncodedUnderlyingSecurityDescLen), F(EncodedUnderlyingSecurityDesc),                     \
        F(UnderlyingCPProgram), F(UnderlyingCPRegType), F(UnderlyingCurrency), F(UnderlyingQty),   \
        F(UnderlyingPx), F(UnderlyingDirtyPrice), F(UnderlyingEndPrice), F(UnderlyingStartValue),  \
        F(UnderlyingCurrentValue), F(UnderlyingEndValue), F(NoUnderlyingStips)

#define INSTRUMENT_LEG(F)                                                                          \
    F(LegSymbol), F(LegSymbolSfx), F(LegSecurityID), F(LegSecurityIDSource),                       \
        F(NoLegSecurityAltID), F(LegProduct), F(LegCFICode), F(LegSecurityType),                   \
        F(LegSecuritySubType), F(LegMaturityMonthYear), F(LegMaturityDate),                        \
        F(LegCouponPaymentDate), F(LegIssueDate), F(LegRepoCollateralSecurityType),                \
        F(LegRepurchaseTerm), F(LegRepurchaseRate), F(LegFactor), F(LegCreditRating),              \
        F(LegInstrRegistry), F(LegCountryOfIssue), F(LegStateOrProvinceOfIssue),                   \
        F(LegLocaleOfIssue), F(LegRedemptionDate), F(LegStrikePrice), F(LegStrikeCurrency),        \
        F(LegOptAttribute), F(LegContractMultiplier), F(LegCouponRate), F(LegSecurityExchange),    \
        F(LegIssuer), F(EncodedLegIssuerLen), F(EncodedLegIssuer), F(LegSecurityDesc),             \
        F(EncodedLegSecurityDescLen), F(EncodedLegSecurityDesc), F(LegRatioQty), F(LegSide),       \
        F(LegCurrency), F(LegPool), F(LegDatedDate), F(LegContractSettlMonth),                     \
        F(LegInterestAccrualDate)

#define INSTRUMENT_EXTENSION(F) F(DeliveryForm), F(PctAtRisk), F(NoInstrAttrib)

#define HOPS(F) F(HopCompID), F(HopSendingTime), F(HopRefID)

#define MSG_TYPES(F) F(RefMsgType), F(MsgDirection)

#define PARTIES(F) F(PartyID), F(PartyIDSource), F(PartyRole), F(NoPartySubIDs)

#define PARTY_SUB_IDS(F) F(PartySubID), F(PartySubIDType)

#define ALLOCS(F)                                                                                  \
    F(AllocAccount), F(AllocAcctIDSource), F(AllocSettlCurrency), F(IndividualAllocID),            \
        F(NoNestedPartyIDs), F(AllocQty)

#define NESTED_PARTIES(F)                                                                          \
    F(NestedPartyID), F(NestedPartyIDSource), F(NestedPartyRole), F(NoNestedPartySubIDs)

#define NESTED_PARTY_SUB_IDS(F) F(NestedPartySubID), F(NestedPartySubIDType)

#define TRADING_SESSIONS(F) F(TradingSessionID), F(TradingSessionSubID)

#define SECURITY_ALT_IDS(F) F(SecurityAltID), F(SecurityAltIDSource)

#define EVENTS(F) F(EventType), F(EventDate), F(EventPx), F(EventText)

#define UNDERLYINGS(F) UNDERLYING_INSTRUMENT(F)

#define UNDERLYING_ALT_IDS(F) F(UnderlyingSecurityAltID), F(UnderlyingSecurityAltIDSource)

#define UNDERLYING_STIPS(F) F(UnderlyingStipType), F(UnderlyingStipValue)

#define STIPULATIONS(F) F(StipulationType), F(StipulationValue)

#define AFFECTED_ORDERS(F) F(OrigClOrdID), F(AffectedOrderID), F(AffectedSecondaryOrderID)

#define CONTRA_BROKERS(F)                                                                          \
    F(ContraBroker), F(ContraTrader), F(ContraTradeQty), F(ContraTradeTime), F(ContraLegRefID)

#define CONT_AMTS(F) F(ContAmtType), F(ContAmtValue), F(ContAmtCurr)

#define EXECUTION_LEGS(F)                                                                          \
    INSTRUMENT_LEG(F), F(LegQty), F(LegSwapType), F(NoLegStipulations), F(LegPositionEffect),      \
        F(LegCoveredOrUncovered), F(NoNestedPartyIDs), F(LegRefID), F(LegPrice), F(LegSettlType),  \
        F(LegSettlDate), F(LegLastPx)

#define LEG_ALT_IDS(F) F(LegSecurityAltID), F(LegSecurityAltIDSource)

#define LEG_STIPULATIONS(F) F(LegStipulationType), F(LegStipulationValue)

#define MISC_FEES(F) F(MiscFeeAmt), F(MiscFeeCurr), F(MiscFeeType), F(MiscFeeBasis)

#define ROUTING_IDS(F) F(RoutingType), F(RoutingID)

#define EMAIL_SYMBOLS(F) INSTRUMENT(F)

#define LEGS(F) INSTRUMENT_LEG(F)

#define LINES_OF_TEXT(F) TEXT_DATA(F)

#define INSTR_ATTRIBS(F) F(InstrAttribType), F(InstrAttribValue)

#define MD_ENTRY_TYPES(F) F(MDEntryType)

#define REQUESTED_SYMBOLS(F) INSTRUMENT(F), F(NoUnderlyings), F(NoLegs)

#define SNAPSHOT_ENTRIES(F)                                                                        \
    F(MDEntryType), F(MDEntryPx), F(Currency), F(MDEntrySize), F(MDEntryDate), F(MDEntryTime),     \
        F(TickDirection), F(MDMkt), F(TradingSessionID), F(TradingSessionSubID),                   \
        F(QuoteCondition), F(TradeCondition), F(MDEntryOriginator), F(LocationID), F(DeskID),      \
        F(OpenCloseSettlFlag), F(TimeInForce), F(ExpireDate), F(ExpireTime), F(MinQty),            \
        F(ExecInst), F(SellerDays), F(OrderID), F(QuoteEntryID), F(MDEntryBuyer),                  \
        F(MDEntrySeller), F(NumberOfOrders), F(MDEntryPositionNo), F(Scope), F(PriceDelta),        \
        TEXT_DATA(F)

#define INCREMENTAL_ENTRIES(F)                                                                     \
    F(MDUpdateAction), F(DeleteReason), F(MDEntryType), F(MDEntryID), F(MDEntryRefID),             \
        INSTRUMENT(F), F(NoUnderlyings), F(NoLegs), F(FinancialStatus), F(CorporateAction),        \
        F(MDEntryPx), F(Currency), F(MDEntrySize), F(MDEntryDate), F(MDEntryTime),                 \
        F(TickDirection), F(MDMkt), F(TradingSessionID), F(TradingSessionSubID),                   \
        F(QuoteCondition), F(TradeCondition), F(MDEntryOriginator), F(LocationID), F(DeskID),      \
        F(OpenCloseSettlFlag), F(TimeInForce), F(ExpireDate), F(ExpireTime), F(MinQty),            \
        F(ExecInst), F(SellerDays), F(OrderID), F(QuoteEntryID), F(MDEntryBuyer),                  \
        F(MDEntrySeller), F(NumberOfOrders), F(MDEntryPositionNo), F(Scope), F(PriceDelta),        \
        F(NetChgPrevDay), TEXT_DATA(F)

#define ALT_MD_SOURCES(F) F(AltMDSourceID)

#define LISTED_SYMBOLS(F)                                                                          \
    INSTRUMENT(F), INSTRUMENT_EXTENSION(F), FINANCING_DETAILS(F), F(NoUnderlyings), F(Currency),   \
        F(NoStipulations), F(NoLegs), SPREAD_OR_BENCHMARK_CURVE_DATA(F), YIELD_DATA(F),            \
        F(RoundLot), F(MinTradeVol), F(TradingSessionID), F(TradingSessionSubID),                  \
        F(ExpirationCycle), TEXT_DATA(F)

#define LISTED_LEGS(F)                                                                             \
    INSTRUMENT_LEG(F), F(LegSwapType), F(LegSettlType), F(NoLegStipulations),                      \
        F(LegBenchmarkCurveCurrency), F(LegBenchmarkCurveName), F(LegBenchmarkCurvePoint),         \
        F(LegBenchmarkPrice), F(LegBenchmarkPriceType)

/* G(group, count, in the header). */
#define FIX44_GROUPS(G)                                                                            \
    G(HOPS, NoHops, true)                                                                          \
    G(MSG_TYPES, NoMsgTypes, false)                                                                \
    G(PARTIES, NoPartyIDs, false)                                                                  \
    G(PARTY_SUB_IDS, NoPartySubIDs, false)                                                         \
    G(ALLOCS, NoAllocs, false)                                                                     \
    G(NESTED_PARTIES, NoNestedPartyIDs, false)                                                     \
    G(NESTED_PARTY_SUB_IDS, NoNestedPartySubIDs, false)                                            \
    G(TRADING_SESSIONS, NoTradingSessions, false)                                                  \
    G(SECURITY_ALT_IDS, NoSecurityAltID, false)                                                    \
    G(EVENTS, NoEvents, false)                                                                     \
    G(UNDERLYINGS, NoUnderlyings, false)                                                           \
    G(UNDERLYING_ALT_IDS, NoUnderlyingSecurityAltID, false)                                        \
    G(UNDERLYING_STIPS, NoUnderlyingStips, false)                                                  \
    G(STIPULATIONS, NoStipulations, false)                                                         \
    G(AFFECTED_ORDERS, NoAffectedOrders, false)                                                    \
    G(CONTRA_BROKERS, NoContraBrokers, false)                                                      \
    G(CONT_AMTS, NoContAmts, false)                                                                \
    G(EXECUTION_LEGS, NoLegs, false)                                                               \
    G(LEG_ALT_IDS, NoLegSecurityAltID, false)                                                      \
    G(LEG_STIPULATIONS, NoLegStipulations, false)                                                  \
    G(MISC_FEES, NoMiscFees, false)                                                                \
    G(ROUTING_IDS, NoRoutingIDs, false)                                                            \
    G(EMAIL_SYMBOLS, NoRelatedSym, false)                                                          \
    G(LEGS, NoLegs, false)                                                                         \
    G(LINES_OF_TEXT, NoLinesOfText, false)                                                         \
    G(INSTR_ATTRIBS, NoInstrAttrib, false)                                                         \
    G(MD_ENTRY_TYPES, NoMDEntryTypes, false)                                                       \
    G(REQUESTED_SYMBOLS, NoRelatedSym, false)                                                      \
    G(SNAPSHOT_ENTRIES, NoMDEntries, false)                                                        \
    G(INCREMENTAL_ENTRIES, NoMDEntries, false)                                                     \
    G(ALT_MD_SOURCES, NoAltMDSource, false)                                                        \
    G(LISTED_SYMBOLS, NoRelatedSym, false)                                                         \
    G(LISTED_LEGS, NoLegs, false)

#endif
