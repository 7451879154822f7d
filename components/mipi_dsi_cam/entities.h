// SPDX-License-Identifier: Apache-2.0
#pragma once
// What can be set of the picture. Each entity shows a value from boot on, and keeps it over a restart.

#include "mipi_dsi_cam.h"

#ifdef USE_NUMBER
#include "esphome/components/number/number.h"
#endif
#ifdef USE_SWITCH
#include "esphome/components/switch/switch.h"
#endif

namespace esphome::mipi_dsi_cam {

#ifdef USE_NUMBER
class ControlNumber final : public number::Number, public Component, public Parented<MipiDSICamComponent> {
 public:
  void setup() override;
  void dump_config() override;

  /// What is set, and how many of its units the number's unit has.
  void set_control(Control control, float factor) {
    this->control_ = control;
    this->factor_ = factor;
  }
  void set_initial_value(float value) { this->initial_value_ = value; }

 protected:
  void control(float value) override;
  void apply_(float value);

  Control control_{};
  float factor_{1.0f}, initial_value_{0.0f};
  ESPPreferenceObject saved_;
};
#endif

#ifdef USE_SWITCH
class AutoExposureSwitch final : public switch_::Switch, public Component, public Parented<MipiDSICamComponent> {
 public:
  void setup() override;
  void dump_config() override;

 protected:
  void write_state(bool state) override;
};
#endif

}  // namespace esphome::mipi_dsi_cam
