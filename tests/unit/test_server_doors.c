// SPDX-License-Identifier: Apache-2.0
// Who may connect, and how many connections one address can have.
#include "server_fixture.h"

static void open_with_share(world *w, uint16_t share) {
  world_reset(w);
  ocel_server_config cfg = world_config(w);
  cfg.max_connections_per_address = share;
  world_open_with(w, &cfg, 1, true);
}

static void allow(ocel_server_config *cfg, ocel_addr network, uint8_t bits) {
  ocel_network *n = &cfg->allowed[cfg->allowed_count++];
  memcpy(n->ip, network.ip, sizeof n->ip);
  n->bits = bits;
}

static bool admits(world *w, ocel_addr peer) { return ocel_server_admits(w->srv, &peer, w->now); }

static ocel_server_stats stats_of(const world *w) {
  ocel_server_stats s;
  ocel_server_get_stats(w->srv, w->now, &s);
  return s;
}

static void everybody_may_connect_unless_told_otherwise(void **state) {
  (void)state;
  world w;
  world_open(&w);
  assert_true(admits(&w, ocel_addr_ipv4(8, 8, 8, 8, 1)));
  assert_true(admits(&w, (ocel_addr){
                             .ip = {0x20, 0x01}
  }));
  assert_int_equal(stats_of(&w).turned_away, 0);
}

static void only_allowed_networks_are_admitted(void **state) {
  (void)state;
  world w;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  allow(&cfg, ocel_addr_ipv4(192, 0, 2, 0, 0), 96 + 24);
  allow(&cfg, (ocel_addr){.ip = {0xfd}}, 8);
  world_open_with(&w, &cfg, 1, true);
  assert_true(admits(&w, ocel_addr_ipv4(192, 0, 2, 200, 9)));
  assert_true(admits(&w, (ocel_addr){
                             .ip = {0xfd, 1}
  }));
  assert_int_equal(w.events[OCEL_EVENT_TURNED_AWAY], 0);
  assert_false(admits(&w, ocel_addr_ipv4(192, 0, 3, 200, 9)));
  assert_false(admits(&w, (ocel_addr){
                              .ip = {0xfe, 0x80}
  }));
  assert_int_equal(stats_of(&w).turned_away, 2);
  assert_int_equal(stats_of(&w).refused, 0);
}

// A port that does not ask first is safe, too.
static void accept_refuses_who_is_not_admitted(void **state) {
  (void)state;
  world w;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  allow(&cfg, ocel_addr_ipv4(192, 0, 2, 7, 0), 128);
  world_open_with(&w, &cfg, 1, true);
  assert_true(connect_from(&w, 7) >= 0);
  assert_int_equal(connect_from(&w, 8), -1);
}

// A flood is a line now and then that says how many they were.
static void a_flood_is_told_of_seldom(void **state) {
  (void)state;
  world w;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  allow(&cfg, ocel_addr_ipv4(192, 0, 2, 7, 0), 128);
  world_open_with(&w, &cfg, 1, true);
  for (int i = 0; i < 1000; i++) assert_false(admits(&w, ocel_addr_ipv4(10, 0, 0, 1, 1)));
  assert_int_equal(w.events[OCEL_EVENT_TURNED_AWAY], 1);
  assert_int_equal(w.last.a, 1);
  pass(&w, 10 * OCEL_SECOND);
  assert_false(admits(&w, ocel_addr_ipv4(10, 0, 0, 1, 1)));
  assert_int_equal(w.events[OCEL_EVENT_TURNED_AWAY], 2);
  assert_int_equal(w.last.a, 1000);
  assert_int_equal(stats_of(&w).turned_away, 1001);
}

static void networks_beyond_the_list_are_out_of_range(void **state) {
  (void)state;
  world w;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.allowed_count = OCEL_NETWORKS_MAX;
  assert_int_not_equal(ocel_server_size(&cfg), 0);
  cfg.allowed_count++;
  assert_int_equal(ocel_server_size(&cfg), 0);
}

static int connect_ip(world *w, ocel_addr peer) {
  const ocel_addr local = ocel_addr_ipv4(192, 0, 2, 1, 8554);
  return ocel_server_accept(w->srv, &peer, &local, false, w->now);
}

static void setup_on(world *w, int conn) {
  w->session[0] = '\0';
  assert_int_equal(set_up(w, conn, "", TCP_TRANSPORT), 200);
}

static void sessions_of_an_address_fill_its_share_only(void **state) {
  (void)state;
  world w;
  open_with_share(&w, 2);
  const int one = connect_from(&w, 7), two = connect_from(&w, 7);
  setup_on(&w, one);
  setup_on(&w, two);
  assert_int_equal(connect_from(&w, 7), -1);
  assert_int_equal(w.events[OCEL_EVENT_REFUSED], 1);
  assert_int_equal(stats_of(&w).refused, 1);
  assert_true(connect_from(&w, 8) >= 0);
  ocel_server_closed(w.srv, one, w.now);
  assert_true(connect_from(&w, 7) >= 0);
  assert_false(w.closed[two]);
}

static void an_idle_one_of_the_same_address_yields(void **state) {
  (void)state;
  world w;
  open_with_share(&w, 2);
  const int other = connect_from(&w, 8);
  assert_true(connect_from(&w, 7) >= 0);  // idles
  const int busy = connect_from(&w, 7);
  setup_on(&w, busy);
  for (int i = 0; i < 20; i++) {
    pass(&w, OCEL_MILLISECOND);
    assert_true(connect_from(&w, 7) >= 0);
    drain(&w, busy);
  }
  assert_false(w.closed[other]);
  assert_false(w.closed[busy]);
  assert_int_equal(stats_of(&w).connections, 3);
  assert_int_equal(stats_of(&w).refused, 0);
}

static void a_64_of_ipv6_is_one_address(void **state) {
  (void)state;
  world w;
  open_with_share(&w, 1);
  const ocel_addr one = {
      .ip = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 1}
  };
  const ocel_addr neighbour = {
      .ip = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 2}
  };
  const ocel_addr stranger = {
      .ip = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 2, 1}
  };
  const int conn = connect_ip(&w, one);
  setup_on(&w, conn);
  assert_int_equal(connect_ip(&w, neighbour), -1);
  assert_true(connect_ip(&w, stranger) >= 0);
}

static void without_a_share_one_address_may_have_all(void **state) {
  (void)state;
  world w;
  world_open(&w);
  for (int i = 0; i < CONNS - 1; i++) assert_true(connect_from(&w, 7) >= 0);
  assert_int_equal(stats_of(&w).connections, CONNS - 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(everybody_may_connect_unless_told_otherwise),
      cmocka_unit_test(only_allowed_networks_are_admitted),
      cmocka_unit_test(accept_refuses_who_is_not_admitted),
      cmocka_unit_test(a_flood_is_told_of_seldom),
      cmocka_unit_test(networks_beyond_the_list_are_out_of_range),
      cmocka_unit_test(sessions_of_an_address_fill_its_share_only),
      cmocka_unit_test(an_idle_one_of_the_same_address_yields),
      cmocka_unit_test(a_64_of_ipv6_is_one_address),
      cmocka_unit_test(without_a_share_one_address_may_have_all),
  };
  return cmocka_run_group_tests_name("server_doors", tests, NULL, NULL);
}
