global using Weft.Devices.Cpu;
global using Weft.Kernels;

// The tests measure allocations of the whole process and use all cores themselves: one at a time.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
