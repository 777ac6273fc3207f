using System.Reflection;

namespace Weft.App;

/// <summary>What the program says about itself.</summary>
internal static class Product
{
    /// <value>"0.1.0+" and the commit it was built from.</value>
    public static string Version { get; } = typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
