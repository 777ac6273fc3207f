using Weft.Training;

namespace Weft.App;

/// <summary>Networks by name, with the error form of the command line.</summary>
internal static class Models
{
    /// <exception cref="WeftException">Exit 2: there is no such model.</exception>
    public static NetworkDescription Describe(string name, FeatureShape input)
    {
        var options = new ModelOptions { Input = input };
        if (ModelFile.IsPath(name))
            return ModelFile.Read(name, options.Classes, input);
        if (ModelCatalog.Find(name) is { } model)
            return model.Describe(options);
        var nearest = Suggestion.For(name, ModelCatalog.Models.Select(known => known.Name));
        throw new WeftException(ErrorKind.InvalidInput, $"there is no model '{name}'" + (nearest is null ? "" : $"; did you mean '{nearest}'?"))
        {
            Where = "--model", Expected = "one of " + string.Join(", ", ModelCatalog.Models.Select(known => known.Name)),
            Found = name, Safe = "nothing was touched",
        };
    }
}
