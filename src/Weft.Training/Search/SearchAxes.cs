namespace Weft.Training;

/// <summary>A space as models see it: an axis for each parameter that has more than one value.</summary>
internal sealed class SearchAxes
{
    private readonly int[] _indices;
    private readonly string[] _fixed;

    public SearchAxes(SearchSpace space)
    {
        SearchAxis[] axes = [.. space.Parameters.Select(parameter => new SearchAxis(parameter))];
        _indices = [.. axes.Index().Where(axis => !axis.Item.IsFixed).Select(axis => axis.Index)];
        _fixed = [.. space.Parameters.Select(parameter => parameter.Draw(0.5))];
        Free = [.. _indices.Select(index => axes[index])];
    }

    public IReadOnlyList<SearchAxis> Free { get; }

    /// <summary>The place of a trial on each axis.</summary>
    public double[] Places(IReadOnlyList<string> settings) => [.. Free.Zip(_indices, (axis, index) => axis.Place(settings[index]))];

    /// <summary>The settings at a point, as a configuration writes them.</summary>
    public IReadOnlyList<string> Settings(IReadOnlyList<double> point)
    {
        var settings = (string[])_fixed.Clone();
        for (var i = 0; i < Free.Count; i++)
            settings[_indices[i]] = Free[i].Text(point[i]);
        return settings;
    }
}
