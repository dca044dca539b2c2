/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-route-sample.h"

#include "ds-random.h"

#include <stdlib.h>

static const char *const surnames[]
    = { "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周",   "徐",
        "孙", "马", "朱", "胡", "郭", "何", "林", "高", "罗", "欧阳", "上官" };
static const char *const given_names[]
    = { "伟",   "芳",   "娜",   "敏",   "静",   "强",   "磊",   "洋",   "艳",   "勇",
        "杰",   "娟",   "涛",   "明",   "超",   "秀英", "丽华", "建国", "晓东", "雨桐",
        "子轩", "欣怡", "浩然", "思远", "佳琪", "志强", "春梅", "海燕", "文博", "若曦" };
static const char *const streets[] = { "文一西路", "五常大道", "荆长大道", "高教路", "良睦路", "常二路",
                                       "解放大路", "吉林大街", "江南路",   "松江路", "人民路", "建设街" };
static const char *const estates[] = { "紫荆苑",   "翡翠城", "西溪花园", "绿汀水岸", "金色蓝庭", "江畔人家",
                                       "学府花园", "阳光里", "世纪新城", "和平小区", "锦绣家园", "桂花公寓" };
static const char *const notes[] = { "门铃坏了，请敲门", "放门口前请先打电话", "家有小孩，请轻敲",
                                     "上午不在，下午送", "请送到物业前台",     "易碎品，请轻放" };

/* The cities of the LaDe data set, by a point in each. */
static const struct
{
  const char *name;
  gint64 lat_e6, lng_e6;
} cities[] = {
  { "杭州市", 30274000, 120155000 }, { "吉林市", 43838000, 126550000 }, { "烟台市", 37464000, 121448000 },
  { "重庆市", 29563000, 106551000 }, { "上海市", 31230000, 121474000 },
};

#define PICK(random, list) (list)[ds_random_below (random, G_N_ELEMENTS (list))]

static const char *
find_city (gint64 lat_e6, gint64 lng_e6)
{
  guint nearest = 0;
  gint64 least = G_MAXINT64;

  for (guint i = 0; i < G_N_ELEMENTS (cities); i++)
    {
      gint64 distance = llabs (cities[i].lat_e6 - lat_e6) + llabs (cities[i].lng_e6 - lng_e6);

      if (distance < least)
        {
          least = distance;
          nearest = i;
        }
    }
  return cities[nearest].name;
}

static void
fill_person (DsRouteRow *row, DsRandom *random)
{
  const char *surname = PICK (random, surnames);

  row->recipient = g_strconcat (surname, PICK (random, given_names), NULL);
  /* 1700000…: nobody's number, as far as a sample can know. */
  row->phone = g_strdup_printf ("1700000%04u", ds_random_below (random, 10000));
  row->note = g_strdup (ds_random_below (random, 8) == 0 ? PICK (random, notes) : "");
}

/* Neighbours share street and estate; the door is each stop's own. */
static void
fill_address (DsRouteRow *row, DsRandom *area_random, DsRandom *random)
{
  const char *street = PICK (area_random, streets);
  const char *estate = PICK (area_random, estates);
  guint number = 1 + ds_random_below (area_random, 400);

  row->place = g_strdup (estate);
  row->address
      = g_strdup_printf ("%s%s%u号%s%u幢%u单元%u%02u室", find_city (row->lat_e6, row->lng_e6), street, number,
                         estate, 1 + ds_random_below (random, 24), 1 + ds_random_below (random, 4),
                         1 + ds_random_below (random, 18), 1 + ds_random_below (random, 4));
}

/* Three of five parcels are paid at the door, mostly for less than 300 yuan and now and then for more than 1000. */
static void
fill_amount (DsRouteRow *row, DsRandom *random)
{
  static const gint64 ends_fen[] = { 0, 0, 50, 80, 90 };
  gint64 yuan;

  row->prepaid = ds_random_below (random, 5) >= 3;
  if (row->prepaid)
    return;
  yuan = ds_random_below (random, 12) == 0 ? 500 + ds_random_below (random, 1000)
                                           : 9 + ds_random_below (random, 291);
  row->due_fen = yuan * 100 + PICK (random, ends_fen);
}

void
ds_route_sample_fill (DsRouteRow *row, const char *area, guint32 seed)
{
  g_autofree char *door
      = g_strdup_printf ("%s/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, area, row->lat_e6, row->lng_e6);
  g_autoptr (DsRandom) of_area = ds_random_new_seeded (seed ^ g_str_hash (area));
  g_autoptr (DsRandom) of_door = ds_random_new_seeded (seed ^ g_str_hash (door));
  g_autoptr (DsRandom) of_row = ds_random_new_seeded (seed ^ g_str_hash (row->waybill));

  fill_person (row, of_door);
  fill_address (row, of_area, of_door);
  fill_amount (row, of_row);
}
