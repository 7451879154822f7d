// SPDX-License-Identifier: Apache-2.0
// The tables of what is played through.
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  const char *name;
  void (*run)(uint64_t seed);
  const char *what;
} scenario;

/// An entry whose function is called like the scenario.
#define SCENARIO(name, what) \
  { #name, name, what }

typedef struct {
  const scenario *items;
  size_t n;
} scenario_group;

extern const scenario_group SCENARIOS_HONEST;  ///< People who mean well, on good links.
extern const scenario_group SCENARIOS_HARD;    ///< Bad links, bad peers, bad luck.
extern const scenario_group SCENARIOS_LOGIN;   ///< With a password.
extern const scenario_group SCENARIOS_GROUP;   ///< Multicast.
extern const scenario_group SCENARIOS_DOORS;   ///< Who must stay outside.
extern const scenario_group SCENARIOS_LONG;    ///< Played only by name.

#endif
