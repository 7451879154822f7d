// SPDX-License-Identifier: Apache-2.0
#include "entities.h"

#include <cmath>

#include "esphome/core/log.h"

namespace esphome::mipi_dsi_cam {

#if defined(USE_NUMBER) || defined(USE_SWITCH)
static const char *const TAG = "mipi_dsi_cam";
#endif

#ifdef USE_NUMBER
void ControlNumber::setup() {
  this->saved_ = this->make_entity_preference<float>();
  float value = this->initial_value_;
  const bool restored = this->saved_.load(&value);
  // After an update the limits may be others.
  const bool fits = value >= this->traits.get_min_value() && value <= this->traits.get_max_value();
  this->apply_(restored && fits ? value : this->initial_value_);
}

void ControlNumber::apply_(float value) {
  this->parent_->set_control(this->control_, lroundf(value * this->factor_));
  this->publish_state(value);
}

void ControlNumber::control(float value) {
  this->apply_(value);
  this->saved_.save(&value);
}

void ControlNumber::dump_config() { LOG_NUMBER("  ", "Control", this); }
#endif

#ifdef USE_SWITCH
void AutoExposureSwitch::setup() { this->write_state(this->get_initial_state_with_restore_mode().value_or(true)); }

void AutoExposureSwitch::write_state(bool state) {
  this->parent_->set_control(Control::AUTO_EXPOSURE, state ? 1 : 0);
  this->publish_state(state);
}

void AutoExposureSwitch::dump_config() { LOG_SWITCH("  ", "Auto exposure", this); }
#endif

}  // namespace esphome::mipi_dsi_cam
