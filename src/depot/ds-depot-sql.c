/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-depot-sql.h"

#include <stdarg.h>

/* A step that was released never changes: what comes later is a step of its own (tests/golden holds what is out
 * there). */
const char *const ds_depot_schema[] = {
  /* Who there is. A courier's handhelds come and go; their journals stay. */
  "CREATE TABLE property ("
  "  name TEXT PRIMARY KEY,"
  "  value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE TABLE courier ("
  "  id TEXT PRIMARY KEY,"
  "  name TEXT NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE TABLE device ("
  "  id TEXT PRIMARY KEY,"
  "  courier TEXT NOT NULL REFERENCES courier (id),"
  "  public_key TEXT NOT NULL UNIQUE,"
  "  model TEXT NOT NULL,"
  "  app_version TEXT NOT NULL,"
  "  enrolled_at_ms INTEGER NOT NULL,"
  "  seq INTEGER NOT NULL," /* of the last entry held */
  "  head TEXT NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE TABLE enrolment ("
  "  code_sm3 TEXT PRIMARY KEY," /* the code itself is known to the paper it is printed on alone */
  "  courier TEXT NOT NULL REFERENCES courier (id),"
  "  expires_at_ms INTEGER NOT NULL,"
  "  device TEXT REFERENCES device (id)) STRICT, WITHOUT ROWID;"
  "CREATE TABLE nonce ("
  "  device TEXT NOT NULL REFERENCES device (id),"
  "  nonce TEXT NOT NULL,"
  "  at_ms INTEGER NOT NULL,"
  "  PRIMARY KEY (device, nonce)) STRICT, WITHOUT ROWID;"
  "CREATE INDEX nonce_at ON nonce (at_ms);"

  /* What came up. */
  "CREATE TABLE entry ("
  "  device TEXT NOT NULL REFERENCES device (id),"
  "  seq INTEGER NOT NULL,"
  "  id TEXT NOT NULL,"
  "  type TEXT NOT NULL,"
  "  hash TEXT NOT NULL,"
  "  received_at_ms INTEGER NOT NULL,"
  "  line TEXT NOT NULL,"
  "  refused TEXT," /* why its content could not be applied */
  "  UNIQUE (device, seq)) STRICT;"
  "CREATE INDEX entry_id ON entry (id);"
  "CREATE TABLE incident (" /* what a person should look at */
  "  kind TEXT NOT NULL,"
  "  subject TEXT NOT NULL,"
  "  at_ms INTEGER NOT NULL,"
  "  detail TEXT NOT NULL,"
  "  PRIMARY KEY (kind, subject)) STRICT, WITHOUT ROWID;"

  /* Routes. */
  "CREATE TABLE stop ("
  "  id TEXT PRIMARY KEY,"
  "  courier TEXT NOT NULL REFERENCES courier (id),"
  "  position INTEGER NOT NULL,"
  "  version INTEGER NOT NULL,"
  "  recipient TEXT NOT NULL,"
  "  phone TEXT NOT NULL,"
  "  address TEXT NOT NULL,"
  "  place TEXT NOT NULL,"
  "  note TEXT,"
  "  lat_e6 INTEGER NOT NULL,"
  "  lng_e6 INTEGER NOT NULL,"
  "  window_from_ms INTEGER NOT NULL,"
  "  window_to_ms INTEGER NOT NULL,"
  "  prefetched TEXT) STRICT, WITHOUT ROWID;" /* the payment whose code travels with the stop */
  "CREATE INDEX stop_courier ON stop (courier, position);"
  "CREATE TABLE parcel ("
  "  waybill TEXT PRIMARY KEY,"
  "  stop TEXT NOT NULL REFERENCES stop (id),"
  "  due_fen INTEGER NOT NULL CHECK (due_fen >= 0),"
  "  prepaid INTEGER NOT NULL,"
  "  outcome TEXT NOT NULL DEFAULT 'open',"
  "  reason TEXT) STRICT, WITHOUT ROWID;"
  "CREATE INDEX parcel_stop ON parcel (stop, waybill);"

  /* Money. */
  "CREATE TABLE payment ("
  "  id TEXT PRIMARY KEY,"
  "  courier TEXT,"
  "  device TEXT,"
  "  shift TEXT,"
  "  stop TEXT,"
  "  parcels TEXT NOT NULL,"
  "  amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),"
  "  tender TEXT NOT NULL,"
  "  source TEXT NOT NULL,"
  "  state TEXT NOT NULL,"
  "  journalled INTEGER NOT NULL," /* a journal mentions it; until then its money stays in suspense */
  "  superseded INTEGER NOT NULL,"
  "  operator TEXT,"
  "  operator_ref TEXT,"
  "  reason TEXT,"
  "  code TEXT,"
  "  expires_at_ms INTEGER NOT NULL,"
  "  payer_code TEXT,"
  "  voucher TEXT," /* its bytes, base64url */
  "  wallet TEXT,"
  "  counter INTEGER NOT NULL,"
  "  red_packet_fen INTEGER NOT NULL,"
  "  refunded_fen INTEGER NOT NULL,"
  "  tendered_fen INTEGER NOT NULL,"
  "  change_fen INTEGER NOT NULL,"
  "  booked_fen INTEGER NOT NULL," /* what the operator confirmed and the books hold */
  "  in_suspense INTEGER NOT NULL,"
  "  created_at_ms INTEGER NOT NULL,"
  "  changed_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE INDEX payment_shift ON payment (shift);"
  "CREATE INDEX payment_wallet ON payment (wallet, counter) WHERE wallet IS NOT NULL;"
  "CREATE TABLE refund ("
  "  id TEXT PRIMARY KEY,"
  "  payment TEXT NOT NULL REFERENCES payment (id),"
  "  amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),"
  "  reason TEXT NOT NULL,"
  "  outcome TEXT) STRICT, WITHOUT ROWID;"
  "CREATE INDEX refund_payment ON refund (payment);"
  "CREATE TABLE shift ("
  "  id TEXT PRIMARY KEY,"
  "  courier TEXT NOT NULL,"
  "  device TEXT NOT NULL,"
  "  accounting_date TEXT NOT NULL,"
  "  float_fen INTEGER NOT NULL,"
  "  opened_at_ms INTEGER NOT NULL,"
  "  closed_at_ms INTEGER NOT NULL,"
  "  counted_fen INTEGER NOT NULL,"
  "  statement TEXT," /* the statement's id, the same in all its versions */
  "  version INTEGER NOT NULL,"
  "  jws TEXT) STRICT, WITHOUT ROWID;"

  /* What has to be asked of operators: it stands here before it is asked and until the answer is committed. */
  "CREATE TABLE task ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  kind TEXT NOT NULL,"
  "  subject TEXT NOT NULL,"
  "  priority INTEGER NOT NULL,"
  "  generation INTEGER NOT NULL," /* grows when it is wanted again while an answer is awaited */
  "  attempts INTEGER NOT NULL,"
  "  due_at_ms INTEGER NOT NULL,"
  "  UNIQUE (kind, subject)) STRICT;"
  "CREATE INDEX task_due ON task (priority, due_at_ms);"

  /* What goes down: the latest state of each subject. */
  "CREATE TABLE feed ("
  "  cursor INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  courier TEXT NOT NULL REFERENCES courier (id),"
  "  type TEXT NOT NULL,"
  "  subject TEXT NOT NULL,"
  "  line TEXT NOT NULL,"
  "  UNIQUE (courier, type, subject)) STRICT;"
  "CREATE INDEX feed_courier ON feed (courier, cursor);",

  /* Two handhelds with one identity: what does not follow the journal that is held stands apart, as evidence. */
  "ALTER TABLE device ADD COLUMN forks_at INTEGER NOT NULL DEFAULT 0;" /* the first entry that differs */
  "ALTER TABLE device ADD COLUMN signed_out_at_ms INTEGER NOT NULL DEFAULT 0;"
  "CREATE TABLE fork_entry ("
  "  device TEXT NOT NULL REFERENCES device (id),"
  "  seq INTEGER NOT NULL,"
  "  hash TEXT NOT NULL,"
  "  received_at_ms INTEGER NOT NULL,"
  "  line TEXT NOT NULL,"
  "  PRIMARY KEY (device, seq, hash)) STRICT, WITHOUT ROWID;"
  /* A refused entry's case, until a person has ended it. */
  "ALTER TABLE entry ADD COLUMN resolution TEXT;"
  /* Rescue files that were taken in, by their digest. */
  "CREATE TABLE rescue ("
  "  sm3 TEXT PRIMARY KEY,"
  "  device TEXT NOT NULL REFERENCES device (id),"
  "  by_device TEXT," /* the handheld that brought it; NULL: a person at the depot */
  "  at_ms INTEGER NOT NULL,"
  "  first_seq INTEGER NOT NULL,"
  "  last_seq INTEGER NOT NULL,"
  "  n_new INTEGER NOT NULL) STRICT, WITHOUT ROWID;",

  /* Money that waits for a decision, in part too (in_suspense said so of all or nothing), and the cases that a clerk
   * decides. */
  "ALTER TABLE payment ADD COLUMN suspense_fen INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE payment ADD COLUMN kept_fen INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE payment ADD COLUMN red_packet_refunded_fen INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE payment ADD COLUMN moves INTEGER NOT NULL DEFAULT 0;" /* between suspense and the merchant */
  "UPDATE payment SET suspense_fen = booked_fen - refunded_fen WHERE in_suspense <> 0;"
  "CREATE INDEX payment_stop ON payment (stop);"
  "ALTER TABLE refund ADD COLUMN by_clerk INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE stop ADD COLUMN change TEXT;" /* what last changed what it owes: cancelled, repriced, paid-elsewhere */
  "CREATE TABLE former_courier ("
  "  stop TEXT NOT NULL REFERENCES stop (id),"
  "  courier TEXT NOT NULL REFERENCES courier (id),"
  "  PRIMARY KEY (stop, courier)) STRICT, WITHOUT ROWID;"
  "ALTER TABLE incident ADD COLUMN number INTEGER NOT NULL DEFAULT 0;" /* by which people speak of it */
  "ALTER TABLE incident ADD COLUMN stop TEXT;"
  "ALTER TABLE incident ADD COLUMN courier TEXT;"
  "ALTER TABLE incident ADD COLUMN amount_fen INTEGER NOT NULL DEFAULT 0;" /* in suspense, or owed again */
  "ALTER TABLE incident ADD COLUMN closed_at_ms INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE incident ADD COLUMN resolution TEXT;"
  "UPDATE incident SET number = (SELECT count (*) FROM incident AS other"
  "  WHERE (other.at_ms, other.kind, other.subject) <= (incident.at_ms, incident.kind, incident.subject));"
  "CREATE UNIQUE INDEX incident_number ON incident (number);"
  "CREATE INDEX incident_subject ON incident (subject);"
  "CREATE INDEX incident_stop ON incident (stop) WHERE stop IS NOT NULL;",

  /* Spoken proofs: each stop's secret, and the payments that a handheld took for paid on digits. */
  "CREATE TABLE spoken_secret ("
  "  stop TEXT PRIMARY KEY REFERENCES stop (id),"
  "  mark TEXT NOT NULL UNIQUE," /* how a code that a handheld builds names the stop */
  "  secret TEXT NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE TABLE spoken_proof ("
  "  payment TEXT PRIMARY KEY REFERENCES payment (id),"
  "  at_ms INTEGER NOT NULL,"
  "  denied INTEGER NOT NULL) STRICT, WITHOUT ROWID;",

  /* A handheld that is lost or stolen is kept out, and why. */
  "ALTER TABLE device ADD COLUMN revoked TEXT;",

  /* Cash that a courier gave back comes out of the drawer of that day, not of the day on which it was taken. */
  "ALTER TABLE refund ADD COLUMN shift TEXT;"
  "CREATE INDEX refund_shift ON refund (shift) WHERE shift IS NOT NULL;",

  /* What pickup codes are checked with at the door, of stops whose shipper gave one. */
  "CREATE TABLE pickup_check ("
  "  stop TEXT PRIMARY KEY REFERENCES stop (id),"
  "  mac TEXT NOT NULL) STRICT, WITHOUT ROWID;",

  /* What whoever watches the depot asks every few seconds. */
  "CREATE INDEX payment_open ON payment (state, created_at_ms) WHERE state IN " DS_DEPOT_OPEN_STATES ";"
  "CREATE INDEX incident_open ON incident (kind) WHERE closed_at_ms = 0;"

  /* The depot's keys: which it is, from when it signs, until when what it signs is taken as new, and what says so. */
  "CREATE TABLE depot_key ("
  "  number INTEGER PRIMARY KEY,"
  "  public_key TEXT NOT NULL UNIQUE,"
  "  from_ms INTEGER NOT NULL,"
  "  until_ms INTEGER NOT NULL,"
  "  announcement TEXT) STRICT;" /* a JWS by the key before it; none for the first */
  "ALTER TABLE device ADD COLUMN depot_key INTEGER NOT NULL DEFAULT 1;" /* which it learnt when it enrolled */
  /* The operators' keys as they were seen, for what was signed with an earlier one. */
  "CREATE TABLE operator_key ("
  "  operator TEXT NOT NULL,"
  "  public_key TEXT NOT NULL,"
  "  from_ms INTEGER NOT NULL,"
  "  until_ms INTEGER NOT NULL,"
  "  revoked INTEGER NOT NULL DEFAULT 0,"
  "  PRIMARY KEY (operator, public_key)) STRICT, WITHOUT ROWID;",

  /* Cash after the courier: who signs for it, and the chain of what was signed. */
  "CREATE TABLE clerk_key ("
  "  id TEXT PRIMARY KEY,"
  "  clerk TEXT NOT NULL,"
  "  name TEXT NOT NULL,"
  "  public_key TEXT NOT NULL,"
  "  pem TEXT NOT NULL,"
  "  made_at_ms INTEGER NOT NULL,"
  "  revoked_at_ms INTEGER NOT NULL DEFAULT 0,"
  "  reason TEXT) STRICT, WITHOUT ROWID;"
  "CREATE UNIQUE INDEX clerk_key_in_force ON clerk_key (clerk) WHERE revoked_at_ms = 0;"
  "CREATE TABLE custody ("
  "  seq INTEGER PRIMARY KEY,"
  "  id TEXT NOT NULL UNIQUE,"
  "  kind TEXT NOT NULL,"
  "  subject TEXT NOT NULL,"
  "  hash TEXT NOT NULL,"
  "  line TEXT NOT NULL) STRICT;"
  "CREATE INDEX custody_subject ON custody (subject, seq);"
  "CREATE TRIGGER custody_is_kept BEFORE UPDATE ON custody"
  "  BEGIN SELECT RAISE (ABORT, 'the chain of custody is append-only'); END;"
  "CREATE TRIGGER custody_stays BEFORE DELETE ON custody"
  "  BEGIN SELECT RAISE (ABORT, 'the chain of custody is append-only'); END;"
  "CREATE INDEX entry_closing ON entry (device) WHERE type = 'shift.closed';"
  "CREATE INDEX entry_closing_hash ON entry (hash) WHERE type = 'shift.closed';"

  /* Operators' daily files, the day to which each movement of the books belongs by them, and days that are over. */
  "CREATE TABLE daily_file ("
  "  operator TEXT NOT NULL,"
  "  day TEXT NOT NULL,"
  "  sm3 TEXT NOT NULL," /* of what it says, not of its bytes */
  "  n_lines INTEGER NOT NULL,"
  "  credits_fen INTEGER NOT NULL,"
  "  refunds_fen INTEGER NOT NULL,"
  "  taken_at_ms INTEGER NOT NULL,"
  "  PRIMARY KEY (operator, day)) STRICT, WITHOUT ROWID;"
  "CREATE TABLE daily_line ("
  "  id INTEGER PRIMARY KEY,"
  "  operator TEXT NOT NULL,"
  "  day TEXT NOT NULL,"
  "  payment TEXT NOT NULL,"
  "  kind TEXT NOT NULL,"
  "  amount_fen INTEGER NOT NULL,"
  "  at_ms INTEGER NOT NULL,"
  "  reference TEXT,"
  "  settled INTEGER NOT NULL DEFAULT 0) STRICT;"
  "CREATE INDEX daily_line_open ON daily_line (operator, payment) WHERE settled = 0;"
  "CREATE TABLE settlement ("
  "  posting INTEGER PRIMARY KEY,"
  "  operator TEXT NOT NULL,"
  "  day TEXT NOT NULL,"
  "  amount_fen INTEGER NOT NULL) STRICT;"
  "CREATE INDEX settlement_day ON settlement (operator, day);"
  "CREATE TABLE cut_off ("
  "  day TEXT PRIMARY KEY,"
  "  jws TEXT NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE TRIGGER cut_off_is_kept BEFORE UPDATE ON cut_off"
  "  BEGIN SELECT RAISE (ABORT, 'a closed day stays closed'); END;"
  "CREATE TRIGGER cut_off_stays BEFORE DELETE ON cut_off"
  "  BEGIN SELECT RAISE (ABORT, 'a closed day stays closed'); END;",

  /* Permissions to take a payment over the company's limits: those that clerks gave, and those that handhelds used. */
  "CREATE TABLE override ("
  "  stop TEXT NOT NULL REFERENCES stop (id),"
  "  number INTEGER NOT NULL,"
  "  limits TEXT NOT NULL,"
  "  amount_fen INTEGER NOT NULL,"
  "  courier TEXT NOT NULL," /* whose the stop was */
  "  clerk TEXT NOT NULL,"   /* who gave it first */
  "  at_ms INTEGER NOT NULL,"
  "  PRIMARY KEY (stop, number, limits, amount_fen)) STRICT, WITHOUT ROWID;"
  "CREATE TABLE override_use ("
  "  entry TEXT NOT NULL,"
  "  device TEXT NOT NULL REFERENCES device (id),"
  "  shift TEXT NOT NULL,"
  "  stop TEXT NOT NULL,"
  "  number INTEGER NOT NULL,"
  "  limits TEXT NOT NULL,"
  "  amount_fen INTEGER NOT NULL,"
  "  at_ms INTEGER NOT NULL," /* the handheld's time */
  "  clerk TEXT,"             /* NULL: no clerk gave it */
  "  payment TEXT,"
  "  PRIMARY KEY (device, entry)) STRICT, WITHOUT ROWID;"
  "CREATE INDEX override_use_shift ON override_use (shift);"
  "CREATE INDEX override_use_stop ON override_use (stop, number);",

  /* Who works at the settlement desk, and what they did. */
  "CREATE TABLE account ("
  "  id TEXT PRIMARY KEY,"
  "  name TEXT NOT NULL,"
  "  role TEXT NOT NULL,"
  "  record TEXT NOT NULL," /* what the password is checked with */
  "  must_change INTEGER NOT NULL,"
  "  generation INTEGER NOT NULL," /* a sign-in is of one */
  "  removed_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE TABLE desk_act ("
  "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  at_ms INTEGER NOT NULL,"
  "  clerk TEXT NOT NULL,"
  "  act TEXT NOT NULL,"
  "  subject TEXT NOT NULL,"
  "  detail TEXT NOT NULL) STRICT;"
  "CREATE INDEX desk_act_subject ON desk_act (subject, number);"
  "CREATE TRIGGER desk_act_is_kept BEFORE UPDATE ON desk_act"
  "  BEGIN SELECT RAISE (ABORT, 'what clerks did is append-only'); END;"
  "CREATE TRIGGER desk_act_stays BEFORE DELETE ON desk_act"
  "  BEGIN SELECT RAISE (ABORT, 'what clerks did is append-only'); END;"
  "ALTER TABLE shift ADD COLUMN balanced INTEGER;" /* of its last statement, as the next one */
  "ALTER TABLE shift ADD COLUMN difference_fen INTEGER;"
  "ALTER TABLE entry ADD COLUMN payment TEXT;" /* that it is about; of old ones when somebody asks */
  "CREATE INDEX entry_payment ON entry (payment) WHERE payment IS NOT NULL;"
  "CREATE INDEX payment_operator_ref ON payment (operator_ref) WHERE operator_ref IS NOT NULL;"
  "CREATE INDEX shift_opened ON shift (opened_at_ms);"
  "CREATE INDEX shift_courier ON shift (courier, opened_at_ms);"
  "CREATE INDEX incident_open_number ON incident (number) WHERE closed_at_ms = 0;"
  "CREATE INDEX incident_courier ON incident (courier) WHERE closed_at_ms = 0;",

  /* What operators paid into the company's bank account, kept back or took out of it, and for which day. */
  "CREATE TABLE payout ("
  "  operator TEXT NOT NULL,"
  "  kind TEXT NOT NULL CHECK (kind IN ('payout', 'fee', 'collection')),"
  "  reference TEXT NOT NULL,"
  "  day TEXT NOT NULL,"
  "  amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),"
  "  at_ms INTEGER NOT NULL,"
  "  told_day TEXT," /* what a daily file says of it, when that is something else */
  "  told_fen INTEGER,"
  "  PRIMARY KEY (operator, kind, reference)) STRICT, WITHOUT ROWID;"
  "CREATE INDEX payout_day ON payout (operator, day);",

  /* What the desk's lists are asked by: the day to which a case belongs, whose cash waits, how a shift stands. Each order is
   * an index's, so that a page costs what is on it however many shifts there are. */
  "ALTER TABLE incident ADD COLUMN day TEXT NOT NULL DEFAULT '';"
  "UPDATE incident SET day = strftime ('%Y-%m-%d', at_ms / 1000 + 28800, 'unixepoch');"
  "CREATE INDEX incident_day ON incident (day, number);"
  "ALTER TABLE shift ADD COLUMN handed_over INTEGER NOT NULL DEFAULT 0;" /* a clerk has counted its cash */
  "UPDATE shift SET handed_over = 1 WHERE EXISTS"
  "  (SELECT 1 FROM custody WHERE subject = shift.id AND kind = 'shift-count');"
  "CREATE TRIGGER custody_hands_over AFTER INSERT ON custody WHEN NEW.kind = 'shift-count'"
  "  BEGIN UPDATE shift SET handed_over = 1 WHERE id = NEW.subject; END;"
  "CREATE INDEX shift_day ON shift (accounting_date, opened_at_ms);"
  "CREATE INDEX shift_waiting ON shift (closed_at_ms, opened_at_ms) WHERE handed_over = 0;"
  "CREATE INDEX shift_on_road ON shift (opened_at_ms) WHERE closed_at_ms = 0;"
  "CREATE INDEX shift_balanced ON shift (balanced, opened_at_ms) WHERE balanced IS NOT NULL;"
  "CREATE INDEX payment_suspense ON payment (id) WHERE suspense_fen <> 0;"
  "CREATE INDEX device_courier ON device (courier);"
  "CREATE INDEX custody_deposit ON custody (seq) WHERE kind = 'deposit';"
  /* Wrong passwords from strangers' browsers. */
  "ALTER TABLE account ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE account ADD COLUMN failed_at_ms INTEGER NOT NULL DEFAULT 0;",
  NULL,
};

gboolean
ds_depot_sql_migrate (DsDb *db, GError **error)
{
  return ds_db_migrate (db, ds_depot_schema, error);
}

static DsQuery *
prepare (DsDb *db, GError **error, const char *sql, const char *types, va_list values)
{
  DsQuery *query = ds_db_prepare (db, sql, error);

  for (int i = 0; query != NULL && types[i]; i++)
    {
      if (types[i] == 's')
        ds_db_bind_text (query, i + 1, va_arg (values, const char *));
      else
        ds_db_bind_int (query, i + 1, va_arg (values, gint64));
    }
  return query;
}

DsQuery *
ds_depot_sql_query (DsDb *db, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  DsQuery *query;

  va_start (values, types);
  query = prepare (db, error, sql, types, values);
  va_end (values);
  return query;
}

gboolean
ds_depot_sql_run (DsDb *db, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  DsQuery *query;

  va_start (values, types);
  query = prepare (db, error, sql, types, values);
  va_end (values);
  return query != NULL && ds_db_run (db, query, error);
}

gboolean
ds_depot_sql_get_text (DsDb *db, char **value, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  DsQuery *query;
  gboolean row;

  va_start (values, types);
  query = prepare (db, error, sql, types, values);
  va_end (values);

  *value = NULL;
  if (query == NULL || !ds_db_step (db, query, &row, error))
    return FALSE;
  if (row)
    *value = g_strdup (ds_db_column_text (query, 0));
  ds_db_reset (query);
  return TRUE;
}

gboolean
ds_depot_sql_get_int (DsDb *db,
                      gint64 *value,
                      gint64 otherwise,
                      GError **error,
                      const char *sql,
                      const char *types,
                      ...)
{
  va_list values;
  DsQuery *query;
  gboolean row;

  va_start (values, types);
  query = prepare (db, error, sql, types, values);
  va_end (values);

  *value = otherwise;
  if (query == NULL || !ds_db_step (db, query, &row, error))
    return FALSE;
  if (row && sqlite3_column_type (query, 0) != SQLITE_NULL)
    *value = ds_db_column_int (query, 0);
  ds_db_reset (query);
  return TRUE;
}
