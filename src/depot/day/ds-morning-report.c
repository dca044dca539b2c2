/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-morning-report.h"

#include "ds-money.h"

#include <stdio.h>
#include <stdlib.h>

static gint64
get_number (json_t *object, const char *member)
{
  return json_integer_value (json_object_get (object, member));
}

static const char *
get_text (json_t *object, const char *member)
{
  return json_string_value (json_object_get (object, member));
}

static void
print_money (const char *words, json_t *object, const char *member)
{
  char text[DS_MONEY_TEXT_SIZE];

  if (get_number (object, member) != 0)
    printf ("%s%s yuan", words, ds_money_format (get_number (object, member), text));
}

/* Prints the file's cases. Returns: of how many. */
static gsize
print_cases (const char *day, const char *operator_id, json_t *cases)
{
  char amount[DS_MONEY_TEXT_SIZE];
  json_t *item;
  gsize i;

  json_array_foreach (cases, i, item)
      printf ("%s: operator %s: case %" JSON_INTEGER_FORMAT ", %s, %s yuan, %s\n", day, operator_id,
              json_integer_value (json_object_get (item, "case")), get_text (item, "kind"),
              ds_money_format (get_number (item, "amount_fen"), amount), get_text (item, "subject"));
  return json_array_size (cases);
}

static gsize
print_operator (const char *day, json_t *answer)
{
  const char *operator_id = get_text (answer, "operator");

  if (get_text (answer, "error") != NULL)
    {
      printf ("%s: operator %s: %s\n", day, operator_id, get_text (answer, "error"));
      return 0;
    }
  if (json_is_true (json_object_get (answer, "known")))
    {
      printf ("%s: operator %s: its file was taken before\n", day, operator_id);
      return 0;
    }
  printf ("%s: operator %s: %" G_GINT64_FORMAT " lines, %" G_GINT64_FORMAT " matched", day, operator_id,
          get_number (answer, "lines"), get_number (answer, "matched"));
  print_money (", in transit ", answer, "in_transit_fen");
  print_money (", paid out ", answer, "payouts_fen");
  print_money (", fees ", answer, "fees_fen");
  print_money (", collected ", answer, "collections_fen");
  printf ("%s\n", json_is_true (json_object_get (answer, "balanced")) ? "; balanced" : "");
  return print_cases (day, operator_id, json_object_get (answer, "cases"));
}

/* Returns: how many cases there are about it. */
static gsize
print_day (json_t *day)
{
  const char *name = get_text (day, "day");
  json_t *record = json_object_get (day, "cut_off");
  gsize n_cases = 0;
  json_t *answer;
  gsize i;

  json_array_foreach (json_object_get (day, "operators"), i, answer) n_cases += print_operator (name, answer);
  if (record == NULL)
    {
      printf ("%s: NOT CLOSED: %s. It and the days after it are tried again the next time\n", name,
              get_text (day, "error"));
      return n_cases;
    }
  printf ("%s: closed; the books sum to %" G_GINT64_FORMAT, name, get_number (record, "sum_fen"));
  print_money (", in suspense ", record, "suspense_fen");
  printf ("\n");
  return n_cases;
}

int
ds_morning_report_print (json_t *answer)
{
  const char *closed = get_text (answer, "closed_until");
  gboolean complete = json_is_true (json_object_get (answer, "complete"));
  gsize n_cases = 0;
  json_t *day;
  gsize i;

  json_array_foreach (json_object_get (answer, "days"), i, day) n_cases += print_day (day);
  printf ("Closed until %s; open cases: %" G_GINT64_FORMAT " (cases lists them)\n",
          closed != NULL ? closed : "no day yet", get_number (answer, "open_cases"));
  fflush (stdout);
  if (!complete)
    return EXIT_FAILURE;
  return n_cases > 0 ? DS_MORNING_STATUS_CASES : EXIT_SUCCESS;
}
