using Weft.Training;

namespace Weft.App;

/// <summary>Which runs the list shows, in which order: what the address of the page says.</summary>
public sealed record ListView(string Search, string Sort, int Page)
{
    /// <summary>Rows of a page.</summary>
    public const int PageSize = 100;

    /// <summary>The columns one can sort by; the first is the usual one.</summary>
    public static readonly IReadOnlyList<string> Sorts = ["started", "name", "accuracy", "loss", "time", "parameters"];

    /// <exception cref="WeftException">Exit 2: a value the page does not know.</exception>
    internal static ListView Of(QueryReader query) => new(query.Text("q"), query.OneOf("sort", Sorts), query.Number("page", 1, 1_000_000));

    /// <summary>The runs that fit the search, in order.</summary>
    public IReadOnlyList<RunCard> Select(IEnumerable<RunCard> runs)
    {
        var words = Search.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var found = runs.Where(run => words.All(word => Fits(run, word)));
        var ordered = Sort switch
        {
            "name" => found.OrderBy(run => run.Name, StringComparer.OrdinalIgnoreCase),
            "accuracy" => BySet(found).ThenByDescending(run => run.Best?.ValidationAccuracy ?? double.NegativeInfinity),
            "loss" => BySet(found).ThenBy(run => run.Best?.ValidationLoss ?? double.PositiveInfinity),
            "time" => found.OrderByDescending(run => run.Trained),
            "parameters" => found.OrderByDescending(run => run.Information?.ParameterCount ?? -1),
            _ => found.OrderByDescending(run => run.State == RunState.Training).ThenByDescending(run => run.Information?.Started ?? run.Changed),
        };
        return [.. ordered.ThenBy(run => run.Name, StringComparer.Ordinal)];
    }

    /// <summary>The address of the same list, sorted otherwise or on another page.</summary>
    public string Link(string? sort = null, int page = 1) =>
        "/?" + string.Join('&', new[] { Search.Length > 0 ? "q=" + Uri.EscapeDataString(Search) : "", "sort=" + (sort ?? Sort), page > 1
            ? FormattableString.Invariant($"page={page}") : "" }.Where(part => part.Length > 0));

    // Runs that were validated on the same images stand together, those on more images first: only among them is one better than another.
    private static IOrderedEnumerable<RunCard> BySet(IEnumerable<RunCard> runs)
    {
        var validated = runs.Where(run => run.Best is not null && run.Information is not null).ToList();
        var sets = ValidationSet.Group(validated, run => run.Information!.Data).OrderByDescending(set => set[0].Information!.Data.Validation).ToList();
        var place = sets.SelectMany((set, i) => set.Select(run => (run, i))).ToDictionary(pair => pair.run, pair => pair.i);
        return runs.OrderBy(run => place.GetValueOrDefault(run, sets.Count));
    }

    private static bool Fits(RunCard run, string word) =>
        new[] { run.Name, run.Information?.Model, run.Information?.Recipe, run.StateText }.Any(
            text => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true);
}
