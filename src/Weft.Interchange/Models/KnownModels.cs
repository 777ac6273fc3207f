using System.Security.Cryptography;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>Weights that can be fetched by name: a file of a published package.</summary>
public sealed record KnownModel
{
    public required string Name { get; init; }

    /// <summary>One line for people.</summary>
    public required string Summary { get; init; }

    public required string Package { get; init; }

    public required string Version { get; init; }

    /// <summary>The file's path in the package.</summary>
    public required string File { get; init; }

    /// <summary>How long the file is.</summary>
    public required long Bytes { get; init; }

    public required string Sha256 { get; init; }

    public required string Licence { get; init; }
}

/// <summary>Weights by name: those that can be fetched, and those that somebody has imported.</summary>
public static class KnownModels
{
    private const int LongestTail = 300;

    public static IReadOnlyList<KnownModel> All { get; } =
    [
        new KnownModel
        {
            Name = "resnet18-cntk",
            Summary = "photographs, 512 features; trained with CNTK for ML.NET's image featurizer, on which pictures its package does not say",
            Package = "Microsoft.ML.DnnImageFeaturizer.ResNet18", Version = "0.23.1", File = "tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx",
            Bytes = 63_653_533, Sha256 = "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f", Licence = "MIT",
        },
    ];

    /// <summary>The file with the weights of that name; where it is not there yet, or damaged, it is fetched and converted first.</summary>
    /// <returns>The path of their file.</returns>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: there are no weights of that name, or imported ones are damaged; <see cref="ErrorKind.DownloadFailed"/>: they
    /// cannot be had.
    /// </exception>
    /// <exception cref="OperationCanceledException">Stopped; nothing is left half-written.</exception>
    public static string Get(string name, ModelStore store, CancellationToken cancellationToken = default)
    {
        var path = store.PathOf(name);
        var known = All.FirstOrDefault(model => model.Name == name);
        if (known is null)
            return RegularFile.Exists(path) ? path : throw Unknown(name, store);
        using var folder = new CacheFolder(store.Folder, cancellationToken);
        if (RegularFile.Exists(path) && IsWhole(path))
            return path;
        if (store.PackageFolder is { } packages && TryConvert(known, packages, store))
            return path;
        if (!store.MayDownload)
            throw Failed(known, "the weights are not on this machine and nothing may be fetched", null);
        var temporary = Directory.CreateTempSubdirectory("weft-models-");
        try
        {
            Restore(known, temporary.FullName, store, cancellationToken);
            return TryConvert(known, temporary.FullName, store) ? path
                : throw Failed(known, "the package does not hold the published file", $"no {known.File} with SHA-256 {known.Sha256}");
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    /// <summary>Makes weights of another program's file and keeps them under a name; nothing in the file is run.</summary>
    /// <returns>The path of their file.</returns>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: the file cannot be read, or its network hardly answers to pictures; <see cref="ErrorKind.CheckpointMismatch"/>:
    /// no network of the catalog has these tensors; or the weights cannot be kept.
    /// </exception>
    public static string Import(string file, string name, WeightsOrigin origin, ModelStore store)
    {
        var path = store.PathOf(name);
        store.Save(name, WeightsImport.Import(file, origin));
        return path;
    }

    private static bool IsWhole(string path)
    {
        try
        {
            PretrainedWeights.Read(path);
            return true;
        }
        catch (WeftException damage) when (damage.Kind is ErrorKind.InvalidInput or ErrorKind.CheckpointMismatch)
        {
            return false;
        }
    }

    // False where the file is not there, or is not the published one.
    private static bool TryConvert(KnownModel known, string packages, ModelStore store)
    {
        var path = Path.Combine([packages, known.Package.ToLowerInvariant(), known.Version, .. known.File.Split('/')]);
        if (RegularFile.TryReadAllBytes(path, known.Bytes) is not { } bytes || Convert.ToHexStringLower(SHA256.HashData(bytes)) != known.Sha256)
            return false;
        store.Tell($"{known.Package} {known.Version}: {known.File} is the published file, and becomes {known.Name}");
        store.Save(known.Name, WeightsImport.Import(bytes, path, new WeightsOrigin($"{known.Package} {known.Version}", known.Licence)));
        return true;
    }

    // The package manager knows where packages come from, and so nothing here has to.
    private static void Restore(KnownModel known, string folder, ModelStore store, CancellationToken cancellationToken)
    {
        store.Tell($"fetching the package {known.Package} {known.Version}");
        var project = Path.Combine(folder, "weights.csproj");
        OutputFile.Write(project, System.Text.Encoding.UTF8.GetBytes($"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>netstandard2.0</TargetFramework></PropertyGroup>
              <ItemGroup><PackageDownload Include="{known.Package}" Version="[{known.Version}]" /></ItemGroup>
            </Project>

            """), "the package cannot be asked for", new Advice("make room in the folder for temporary files"));
        var result = store.Run("dotnet", ["restore", project, "--packages", folder, "--verbosity", "quiet", "--nologo"], folder, cancellationToken)
            ?? throw Failed(known, "the package cannot be fetched: the .NET SDK is not here", "no program dotnet");
        if (result.ExitCode != 0)
            throw Failed(known, "the package cannot be fetched", Tail(result.Output));
    }

    private static string Tail(string output)
    {
        var line = string.Join(' ', output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return line.Length > LongestTail ? "…" + line[^LongestTail..] : line;
    }

    private static WeftException Failed(KnownModel known, string what, string? found) => new(ErrorKind.DownloadFailed, what)
    {
        Where = $"{known.Package} {known.Version}", Found = found, Safe = "nothing was written",
        Next = new Advice($"get the package another way and import its {known.File} as {known.Name}"),
    };

    private static WeftException Unknown(string name, ModelStore store)
    {
        var names = All.Select(model => model.Name).Union(store.Names).ToList();
        var nearest = Suggestion.For(name, names.Select(known => known.Replace('-', '_')))?.Replace('_', '-');
        return new(ErrorKind.InvalidInput, $"there are no weights called '{name}'" + (names.Contains(nearest ?? "") ? $"; did you mean '{nearest}'?" : ""))
        {
            Expected = $"one of {string.Join(", ", names)}", Found = name, Safe = "nothing was touched", Next = new ListModels(),
        };
    }
}
