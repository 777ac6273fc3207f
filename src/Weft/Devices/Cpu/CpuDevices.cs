using Weft.Devices.Cpu;

namespace Weft;

/// <summary>How the processor is chosen as a device. Another device brings such a class of its own, and nothing else changes.</summary>
public static class CpuDevices
{
    extension(Device)
    {
        /// <summary>The processor's cores, through a team of worker threads. Results have the same bits for every number of threads.</summary>
        /// <param name="threads">1…256.</param>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is out of its range.</exception>
        public static Device Cpu(int threads) => new CpuDevice(threads);
    }
}
