/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-pinyin.h"

#include <string.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

/* Room for what becomes of one character. */
#define MAX_UNITS 32
/* Letters of a word that is looked for: a bit of 64 for each, and one for none. */
#define MAX_TYPED 62

/* ICU knows one reading of each character. These have another one that names and addresses are full of. */
static const struct
{
  gunichar character;
  const char *reading;
} others[] = {
  { 0x5730, "di" },                         /* 地 */
  { 0x957f, "chang" },                      /* 长 */
  { 0x957f, "zhang" }, { 0x91cd, "zhong" }, /* 重 */
  { 0x884c, "hang" },                       /* 行 */
  { 0x884c, "xing" },  { 0x4e50, "le" },    /* 乐 */
  { 0x4e50, "yue" },   { 0x53a6, "sha" },   /* 厦 */
  { 0x53a6, "xia" },   { 0x671d, "zhao" },  /* 朝 */
  { 0x671d, "chao" },  { 0x90fd, "du" },    /* 都 */
  { 0x5927, "da" },                         /* 大 */
  { 0x533a, "qu" },                         /* 区 */
  { 0x5f04, "long" },                       /* 弄 */
  { 0x5f04, "nong" },  { 0x5821, "bao" },   /* 堡 */
  { 0x5821, "pu" },    { 0x57d4, "pu" },    /* 埔 */
  { 0x57d4, "bu" },    { 0x5729, "xu" },    /* 圩 */
  { 0x5729, "wei" },   { 0x5df7, "xiang" }, /* 巷 */
  { 0x516d, "liu" },   { 0x516d, "lu" },    /* 六 */
  { 0x85cf, "cang" },  { 0x85cf, "zang" },  /* 藏 */
  { 0x76db, "sheng" }, { 0x77f3, "shi" },   /* 盛 石 */
  { 0x4f1a, "hui" },   { 0x8f66, "che" },   /* 会 车 */
  { 0x89d2, "jiao" },  { 0x4e0b, "xia" },   /* 角 下 */
};

struct _DsPinyin
{
  UTransliterator *ordinary;
  UTransliterator *surnames;
  GHashTable *syllables; /* character → its syllable: a route has some hundred different ones */
};

static UTransliterator *
open_transliterator (const char *name)
{
  UErrorCode code = U_ZERO_ERROR;
  UChar id[MAX_UNITS];
  UTransliterator *opened;

  u_charsToUChars (name, id, (int32_t)strlen (name) + 1);
  opened = utrans_openU (id, -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
  return U_SUCCESS (code) ? opened : NULL;
}

DsPinyin *
ds_pinyin_new (void)
{
  g_autoptr (DsPinyin) self = g_new0 (DsPinyin, 1);

  self->syllables = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->ordinary = open_transliterator ("Han-Latin");
  self->surnames = open_transliterator ("Han-Latin/Names");
  return self->ordinary != NULL && self->surnames != NULL ? g_steal_pointer (&self) : NULL;
}

void
ds_pinyin_free (DsPinyin *self)
{
  if (self->ordinary != NULL)
    utrans_close (self->ordinary);
  if (self->surnames != NULL)
    utrans_close (self->surnames);
  g_hash_table_unref (self->syllables);
  g_free (self);
}

/* Letters alone, small; ü is typed as v. Returns: (transfer full) (nullable): %NULL when there is no letter in it. */
static char *
strip_tones (const char *text)
{
  g_autofree char *parts = g_utf8_normalize (text, -1, G_NORMALIZE_NFD);
  GString *letters = g_string_new (NULL);

  for (const char *at = parts; at != NULL && *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c < 0x80 && g_ascii_isalpha ((char)c))
        g_string_append_c (letters, g_ascii_tolower ((char)c));
      else if (c == 0x308 && letters->len > 0 && letters->str[letters->len - 1] == 'u')
        letters->str[letters->len - 1] = 'v';
    }
  return g_string_free (letters, letters->len == 0);
}

static char *
transliterate (UTransliterator *with, const char *character)
{
  UErrorCode code = U_ZERO_ERROR;
  UChar units[MAX_UNITS];
  char text[MAX_UNITS * 3 + 1];
  int32_t n = 0;
  int32_t limit;

  u_strFromUTF8 (units, MAX_UNITS, &n, character, -1, &code);
  limit = n;
  utrans_transUChars (with, units, &n, MAX_UNITS, 0, &limit, &code);
  u_strToUTF8 (text, sizeof text, NULL, units, n, &code);
  return U_SUCCESS (code) ? strip_tones (text) : NULL;
}

/* Adds a reading to those that are there. */
static void
add_reading (GString *readings, const char *reading)
{
  g_auto (GStrv) known = g_strsplit (readings->str, "/", -1);

  if (reading == NULL || g_strv_contains ((const char *const *)known, reading))
    return;
  if (readings->len > 0)
    g_string_append_c (readings, '/');
  g_string_append (readings, reading);
}

/* Returns: (nullable): the syllable in its readings; %NULL when there is none for it. */
static const char *
get_syllable (DsPinyin *self, const char *character, gunichar c)
{
  gpointer known;

  if (!g_hash_table_lookup_extended (self->syllables, GUINT_TO_POINTER (c), NULL, &known))
    {
      g_autoptr (GString) readings = g_string_new (NULL);
      g_autofree char *reading = transliterate (self->ordinary, character);

      add_reading (readings, reading);
      for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
        {
          if (others[i].character == c)
            add_reading (readings, others[i].reading);
        }
      known = readings->len > 0 ? g_strdup (readings->str) : NULL;
      g_hash_table_insert (self->syllables, GUINT_TO_POINTER (c), known);
    }
  return known;
}

static void
spell_character (DsPinyin *self, const char *character, gunichar c, gboolean is_surname, GString *spelling)
{
  const char *syllable = get_syllable (self, character, c);

  if (syllable == NULL)
    return;
  g_string_append_c (spelling, ' ');
  if (is_surname)
    {
      g_autoptr (GString) readings = g_string_new (syllable);
      g_autofree char *surname = transliterate (self->surnames, character);

      add_reading (readings, surname);
      g_string_append (spelling, readings->str);
    }
  else
    g_string_append (spelling, syllable);
}

void
ds_pinyin_spell (DsPinyin *self, const char *text, gboolean is_name, GString *spelling)
{
  gboolean in_word = FALSE;
  gboolean first = TRUE;

  g_return_if_fail (self != NULL);
  g_return_if_fail (spelling != NULL);

  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      char character[7] = { 0 };

      if (c < 0x80)
        {
          gboolean belongs = g_ascii_isalnum ((char)c);

          if (belongs && !in_word)
            g_string_append_c (spelling, ' ');
          if (belongs)
            g_string_append_c (spelling, g_ascii_tolower ((char)c));
          in_word = belongs;
          first &= !belongs;
          continue;
        }
      in_word = FALSE;
      if (g_unichar_get_script (c) != G_UNICODE_SCRIPT_HAN)
        continue;
      g_unichar_to_utf8 (c, character);
      spell_character (self, character, c, is_name && first, spelling);
      first = FALSE;
    }
}

/* Lets the reading [@reading, @end) take letters behind every beginning in @beginnings. Bit n stands for n letters that
 * the syllables before have taken. Returns: likewise, with the letters that this one took. */
static guint64
take_letters (const char *reading, const char *end, const char *typed, guint64 beginnings)
{
  guint64 taken = 0;

  for (guint from = 0; beginnings >> from != 0; from++)
    {
      if ((beginnings >> from & 1) == 0)
        continue;
      for (guint n = 0; reading + n < end && typed[from + n] == reading[n]; n++)
        taken |= G_GUINT64_CONSTANT (1) << (from + n + 1);
    }
  return taken;
}

gboolean
ds_pinyin_matches (const char *spelling, const char *typed)
{
  guint64 beginnings = 1;
  guint64 taken = 0;
  gsize length;

  g_return_val_if_fail (spelling != NULL, FALSE);
  g_return_val_if_fail (typed != NULL, FALSE);

  length = strlen (typed);
  if (length == 0 || length > MAX_TYPED)
    return FALSE;
  for (const char *at = spelling; *at != '\0';)
    {
      gsize n;

      if (*at == ' ')
        {
          /* A match may begin at every syllable. */
          beginnings = taken | 1;
          taken = 0;
        }
      at++;
      n = strcspn (at, "/ ");
      taken |= take_letters (at, at + n, typed, beginnings);
      if (taken >> length & 1)
        return TRUE;
      at += n;
    }
  return FALSE;
}
