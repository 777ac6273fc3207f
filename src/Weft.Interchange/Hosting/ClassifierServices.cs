using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>A trained model among the services of an app.</summary>
public static partial class ClassifierServices
{
    /// <summary>
    /// Adds a <see cref="PredictionPool"/> as a singleton: any number of requests ask it at once. It opens the file when it is first asked for, and closes
    /// with the app, after what it had begun.
    /// </summary>
    /// <param name="path">A file that <c>weft export</c> wrote, or a checkpoint of a run.</param>
    /// <param name="options">
    /// With <see cref="PredictionPoolOptions.Reload"/> it takes new files; one that cannot be used is logged and the old model stays.
    /// </param>
    public static IServiceCollection AddWeftClassifier(this IServiceCollection services, string path, PredictionPoolOptions? options = null) =>
        services.AddSingleton(provider => Open(provider, path, options));

    /// <summary>As the other, under a key, for an app with several models.</summary>
    /// <inheritdoc cref="AddWeftClassifier"/>
    public static IServiceCollection AddKeyedWeftClassifier(this IServiceCollection services, object key, string path, PredictionPoolOptions? options = null) =>
        services.AddKeyedSingleton(key, (provider, _) => Open(provider, path, options));

    private static PredictionPool Open(IServiceProvider provider, string path, PredictionPoolOptions? options)
    {
        var pool = PredictionPool.Load(path, options);
        if (provider.GetService<ILoggerFactory>()?.CreateLogger<PredictionPool>() is { } logger)
        {
            Opened(logger, path, pool.Version, pool.Classes.Count);
            pool.ReloadRefused = failure => Refused(logger, path, failure);
        }

        return pool;
    }

    [LoggerMessage(1, LogLevel.Information, "{Path} answers: version {Version}, {Classes} classes")]
    private static partial void Opened(ILogger logger, string path, string version, int classes);

    [LoggerMessage(2, LogLevel.Warning, "The new {Path} cannot be used; the old model goes on")]
    private static partial void Refused(ILogger logger, string path, Exception failure);
}
