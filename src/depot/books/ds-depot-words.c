/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-words.h"

typedef struct
{
  const char *key;
  const char *en;
  const char *zh;
} Word;

/* The handheld's own words, where it has them: courier and clerk speak of the same. */
static const Word words[] = {
  { "Day", "Day", "日期" },
  { "Time", "Time", "时间" },
  { "Stop", "Stop", "派送点" },
  { "Parcels", "Parcels", "包裹" },
  { "Paid by", "Paid by", "付款方式" },
  { "State", "State", "状态" },
  { "Amount, yuan", "Amount, yuan", "金额（元）" },
  { "Given, yuan", "Given, yuan", "实收（元）" },
  { "Change, yuan", "Change, yuan", "找零（元）" },
  { "Red packet, yuan", "Red packet, yuan", "红包（元）" },
  { "Given back, yuan", "Given back, yuan", "已退（元）" },
  { "In suspense, yuan", "In suspense, yuan", "挂账（元）" },
  { "Operator", "Operator", "运营机构" },
  { "Bank's number", "Bank's number", "银行流水号" },
  { "Payment", "Payment", "付款编号" },
  { "Posting", "Posting", "凭证" },
  { "What", "What", "摘要" },
  { "Account", "Account", "科目" },
  { "Debit, yuan", "Debit, yuan", "借方（元）" },
  { "Credit, yuan", "Credit, yuan", "贷方（元）" },
  { "Statement of a shift", "Statement of a shift", "班次对账单" },
  { "Courier", "Courier", "快递员" },
  { "Shift", "Shift", "班次" },
  { "Version", "Version", "版本" },
  { "Sums", "Sums", "合计" },
  { "Digital RMB", "Digital RMB", "数字人民币" },
  { "Of it by the operators", "By the operators' books", "运营机构账面" },
  { "Offline vouchers", "Offline vouchers", "离线支付" },
  { "Cash", "Cash", "现金" },
  { "Float", "Float", "备用金" },
  { "Cash expected", "Cash expected, with the float", "应有现金（含备用金）" },
  { "Cash counted by the courier", "Counted by the courier", "快递员清点" },
  { "Cash counted by the clerk", "Counted by the clerk", "出纳清点" },
  { "Clerk", "Clerk", "出纳" },
  { "Handed over", "Handing over the cash", "现金交接" },
  { "Not handed over yet.", "The cash is not handed over yet.", "现金尚未交接。" },
  { "Short", "Short", "短款" },
  { "Over", "Over", "长款" },
  { "Waits in suspense", "Waits in suspense", "挂账待处理" },
  { "Difference", "Difference", "差额" },
  { "Verdict", "Verdict", "结论" },
  { "Balanced", "Balanced", "账平了" },
  { "Differs", "Differs", "对不上" },
  { "Differences", "Differences", "差异" },
  { "Payments", "Payments", "收款明细" },
  { "Yuan", "Yuan", "元" },
  { "No statement yet.", "The statement has not been made yet.", "对账单还没有生成。" },
};

static const Word states[] = {
  { "none", "To collect", "待收款" },
  { "requested", "Code asked for", "正在取码" },
  { "presented", "Code shown", "已出示收款码" },
  { "scanned", "Scanned", "已扫付款码" },
  { "pending", "Waiting for the customer", "等待客户确认" },
  { "unknown", "Result unknown", "结果未知" },
  { "claimed", "Customer says paid", "客户称已付" },
  { "accepted", "Accepted offline", "离线待核实" },
  { "paid", "Paid", "已收款" },
  { "settled", "Settled", "已入账" },
  { "declined", "Not paid", "未付款" },
  { "expired", "Code expired", "收款码已过期" },
  { "rejected", "Offline payment rejected", "离线支付被拒" },
  { "refunded", "Refunded", "已退款" },
};

static const Word tenders[] = {
  { "code", "Digital RMB, code shown", "数字人民币 · 主扫" },
  { "scan", "Digital RMB, code scanned", "数字人民币 · 被扫" },
  { "cash", "Cash", "现金" },
};

static const Word verdicts[] = {
  { "matched", "Matched", "对上了" },
  { "missing", "Not in the operator's books", "运营机构无此笔" },
  { "extra", "Only in the operator's books", "仅运营机构有" },
  { "duplicate", "Paid twice", "重复付款" },
  { "differing", "Amounts differ", "金额不符" },
  { "rejected", "Offline payment rejected", "离线支付被拒" },
  { "pending", "No result yet", "尚无结果" },
};

static const char *
find (const Word *table, gsize n, DsDepotLanguage language, const char *key)
{
  for (gsize i = 0; key != NULL && i < n; i++)
    if (g_str_equal (table[i].key, key))
      return language == DS_DEPOT_LANGUAGE_ZH ? table[i].zh : table[i].en;
  return key != NULL ? key : "";
}

DsDepotLanguage
ds_depot_language_from_name (const char *name)
{
  return name != NULL && g_str_has_prefix (name, "zh") ? DS_DEPOT_LANGUAGE_ZH : DS_DEPOT_LANGUAGE_EN;
}

const char *
ds_depot_word (DsDepotLanguage language, const char *english)
{
  return find (words, G_N_ELEMENTS (words), language, english);
}

const char *
ds_depot_word_for_state (DsDepotLanguage language, const char *state)
{
  return find (states, G_N_ELEMENTS (states), language, state);
}

const char *
ds_depot_word_for_tender (DsDepotLanguage language, const char *tender)
{
  return find (tenders, G_N_ELEMENTS (tenders), language, tender);
}

const char *
ds_depot_word_for_verdict (DsDepotLanguage language, const char *verdict)
{
  return find (verdicts, G_N_ELEMENTS (verdicts), language, verdict);
}
