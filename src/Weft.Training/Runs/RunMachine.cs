using System.Reflection;
using System.Runtime.InteropServices;

namespace Weft.Training;

/// <param name="CodeCommit">The commit the program was built from, or null.</param>
public sealed record RunMachine(
    string Name, string OperatingSystem, string Processor, int Cores, int Threads, int VectorBits, string Runtime, string WeftVersion,
    string? CodeCommit = null)
{
    /// <summary>This machine and this program, computing on a device.</summary>
    public static RunMachine Here(Device device)
    {
        var version = typeof(RunMachine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+', 2);
        return new RunMachine(
            Environment.MachineName, RuntimeInformation.OSDescription, ProcessorName(), Environment.ProcessorCount,
            device.Threads, device.NumericProfile.VectorBits,
            RuntimeInformation.FrameworkDescription, version[0], version.ElementAtOrDefault(1));
    }

    private static string ProcessorName()
    {
        const string Table = "/proc/cpuinfo";
        var line = SystemTable.Text(Table)?.Split('\n').FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal));
        return line?.Split(':', 2)[1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
