# Bare 32-bit RISC-V with the ESP32-P4's instruction set and ABI, run by QEMU's `virt` machine.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv32)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# Exactly this -march: with _zicsr appended Debian's multilib is not matched.
set(CMAKE_C_FLAGS_INIT "-march=rv32imafc -mabi=ilp32f --specs=picolibc.specs")
set(CMAKE_EXE_LINKER_FLAGS_INIT
    "--oslib=semihost --crt0=hosted -Wl,--gc-sections \
-Wl,--defsym=__flash=0x80000000,--defsym=__flash_size=0x400000 \
-Wl,--defsym=__ram=0x80400000,--defsym=__ram_size=0x800000 \
-Wl,--defsym=__stack_size=0x10000")

# The exit status of main comes back through semihosting.
set(CMAKE_CROSSCOMPILING_EMULATOR
    qemu-system-riscv32 -M virt -m 64M -bios none -nographic
    -semihosting-config enable=on,target=native -kernel)
