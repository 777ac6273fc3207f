using Weft.Interchange;

namespace Weft.App;

/// <summary>The weights of the person at this machine.</summary>
internal static class UserModels
{
    /// <summary>Where the packages of the person's .NET SDK lie.</summary>
    public static string PackageFolder => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } configured ? configured
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".nuget", "packages");

    /// <summary>What is done to get weights is said to people.</summary>
    public static ModelStore Store(Screen screen) => new()
    {
        PackageFolder = PackageFolder,
        Tell = sentence => screen.People.WriteLine(Printable.Escape(sentence)),
    };
}
