/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-amount-words.h"
#include "ds-money.h"

static const struct
{
  gint64 amount_fen;
  const char *zh;
  const char *en;
} amounts[] = {
  { 0, "零元", "zero yuan" },
  { 1, "一分", "one fen" },
  { 2, "两分", "two fen" },
  { 5, "五分", "five fen" },
  { 10, "一角", "ten fen" },
  { 22, "两角两分", "twenty-two fen" },
  { 50, "五角", "fifty fen" },
  { 100, "一元", "one yuan" },
  { 200, "两元", "two yuan" },
  { 205, "两元零五分", "two yuan and five fen" },
  { 1000, "十元", "ten yuan" },
  { 1005, "十元零五分", "ten yuan and five fen" },
  { 1200, "十二元", "twelve yuan" },
  { 2000, "二十元", "twenty yuan" },
  { 2222, "二十二元两角两分", "twenty-two yuan and twenty-two fen" },
  { 4350, "四十三元五角", "forty-three yuan and fifty fen" },
  { 4399, "四十三元九角九分", "forty-three yuan and ninety-nine fen" },
  { 10000, "一百元", "one hundred yuan" },
  { 10200, "一百零二元", "one hundred and two yuan" },
  { 11000, "一百一十元", "one hundred and ten yuan" },
  { 21200, "两百一十二元", "two hundred and twelve yuan" },
  { 22200, "两百二十二元", "two hundred and twenty-two yuan" },
  { 100500, "一千零五元", "one thousand and five yuan" },
  { 101000, "一千零一十元", "one thousand and ten yuan" },
  { 110000, "一千一百元", "one thousand one hundred yuan" },
  { 128650, "一千两百八十六元五角", "one thousand two hundred and eighty-six yuan and fifty fen" },
  { 1000000, "一万元", "ten thousand yuan" },
  { 1000200, "一万零二元", "ten thousand and two yuan" },
  { 1000500, "一万零五元", "ten thousand and five yuan" },
  { 1001000, "一万零一十元", "ten thousand and ten yuan" },
  { 1050000, "一万零五百元", "ten thousand five hundred yuan" },
  { 2000000, "两万元", "twenty thousand yuan" },
  { 10000000, "十万元", "one hundred thousand yuan" },
  { 12000000, "十二万元", "one hundred and twenty thousand yuan" },
  { 100000000, "一百万元", "one million yuan" },
  { G_GINT64_CONSTANT (10000000000), "一亿元", "one hundred million yuan" },
  { G_GINT64_CONSTANT (10000100000), "一亿零一千元", "one hundred million one thousand yuan" },
  { G_GINT64_CONSTANT (10010000000), "一亿零一十万元", "one hundred million one hundred thousand yuan" },
  { DS_MONEY_MAX_FEN, "一百亿元", "ten billion yuan" },
};

static void
test_known (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (amounts); i++)
    {
      g_autofree char *zh = ds_amount_words_zh (amounts[i].amount_fen);
      g_autofree char *en = ds_amount_words_en (amounts[i].amount_fen);

      g_assert_cmpstr (zh, ==, amounts[i].zh);
      g_assert_cmpstr (en, ==, amounts[i].en);
    }
}

/* No two amounts sound the same. */
static void
test_distinct (void)
{
  g_autoptr (GHashTable) zh = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) en = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gint64 amount_fen = 0; amount_fen < 3000000; amount_fen += amount_fen < 100000 ? 1 : 97)
    {
      g_assert_true (g_hash_table_add (zh, ds_amount_words_zh (amount_fen)));
      g_assert_true (g_hash_table_add (en, ds_amount_words_en (amount_fen)));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/amount-words/known", test_known);
  g_test_add_func ("/amount-words/distinct", test_distinct);
  return g_test_run ();
}
