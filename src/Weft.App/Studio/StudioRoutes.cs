using Weft.Training;

namespace Weft.App;

/// <summary>All addresses of the studio. Each shows something; none takes anything, and a run's name is looked up, never made into a path.</summary>
internal sealed class StudioRoutes(RunCatalog catalog, SweepCatalog sweeps, LiveUpdates live, StudioOptions options)
{
    /// <summary>The most runs an overlay shows: as many as there are colours.</summary>
    public const int MostOverlaid = ChartStyle.Colors;

    private readonly HistoryCache _histories = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/", RequestGuard.Verbs, context => Page(context, () => List(context)));
        routes.MapMethods("/runs/{name}", RequestGuard.Verbs, context => Page(context, () => One(context, (string)context.GetRouteValue("name")!)));
        routes.MapMethods("/compare", RequestGuard.Verbs, context => Page(context, () => Several(context)));
        routes.MapMethods("/sweeps", RequestGuard.Verbs, context => Page(context, Sweeps));
        routes.MapMethods("/sweeps/{name}", RequestGuard.Verbs, context => Page(context, () => Sweep((string)context.GetRouteValue("name")!)));
        routes.MapMethods("/live", RequestGuard.Verbs, live.Stream);
        routes.MapMethods("/studio.css", RequestGuard.Verbs, context => WebAnswer.Text(context, "text/css; charset=utf-8", StudioAssets.Style));
        routes.MapMethods("/studio.js", RequestGuard.Verbs, context => WebAnswer.Text(context, "text/javascript; charset=utf-8", StudioAssets.Script));
        routes.MapMethods("/icon.svg", RequestGuard.Verbs, context => WebAnswer.Text(context, "image/svg+xml", StudioAssets.Icon));
    }

    private StudioPage List(HttpContext context)
    {
        var view = ListView.Of(new QueryReader(context.Request.Query));
        var all = catalog.Runs.Values;
        return new(typeof(RunsPage), new()
        {
            ["All"] = all.Length, ["Live"] = all.Count(run => run.State == RunState.Training),
            ["Runs"] = view.Select(all), ["View"] = view, ["Folder"] = options.ShownRuns
        });
    }

    private StudioPage One(HttpContext context, string name)
    {
        var view = ChartView.Of(new QueryReader(context.Request.Query));
        if (catalog.Find(name) is not { } run)
            return Missing(name);
        if (run.Information is null)
            return Problem(StatusCodes.Status200OK, run.Name, run.Word, "Its files are as they were; a newer weft may read them.");
        var details = _histories.With(catalog.FolderOf(name)!, run.Information, history => RunDetails.Of(run, history, view));
        return new(typeof(RunPage), new() { ["Run"] = run, ["Details"] = details, ["View"] = view });
    }

    private StudioPage Several(HttpContext context)
    {
        var query = new QueryReader(context.Request.Query);
        var view = ChartView.Of(query);
        var names = query.All("run", MostOverlaid);
        if (names.FirstOrDefault(name => catalog.Find(name) is null) is { } missing)
            return Missing(missing);
        var runs = names.Select(name => catalog.Runs[name]).Where(run => run.Information is not null).ToList();
        var curves = runs.Select(
            (run, i) => (run.Name, i, _histories.With(catalog.FolderOf(run.Name)!, run.Information!, history => RunCharts.Curves(history, view)))).ToList();
        var others = catalog.Runs.Values.Where(run => run.Information is not null && !runs.Contains(run))
            .OrderByDescending(run => run.Information!.Started).Select(run => run.Name).ToList();
        return new(typeof(ComparePage), new() { ["Runs"] = runs, ["Others"] = others, ["Charts"] = RunCharts.Overlay(curves, view), ["View"] = view });
    }

    private StudioPage Sweeps() => new(typeof(SweepsPage), new()
    {
        ["Sweeps"] = sweeps.Sweeps.Values.OrderBy(sweep => sweep.Name, StringComparer.Ordinal).ToList(),
        ["Folder"] = options.Sweeps is { } folder ? RunReference.ShortPath(folder) : "this studio",
    });

    private StudioPage Sweep(string name)
    {
        if (!sweeps.Sweeps.TryGetValue(name, out var sweep))
            return Problem(StatusCodes.Status404NotFound, "No such sweep", $"There is no sweep “{name}” here.", "weft sweep makes one.");
        return sweep.Shown is { } shown
            ? new StudioPage(typeof(SweepPage), new() { ["Sweep"] = shown })
            : Problem(StatusCodes.Status200OK, sweep.Name, sweep.Word, "Its files are as they were; weft sweep show says more.");
    }

    private static StudioPage Missing(string name) => Problem(
        StatusCodes.Status404NotFound, "No such run", $"There is no run “{name}” here.", "It may have been renamed or removed since this page was made.");

    private static StudioPage Problem(int status, string title, string what, string advice) =>
        new(typeof(ProblemPage), new() { ["Title"] = title, ["What"] = what, ["Advice"] = advice }, status);

    private async Task Page(HttpContext context, Func<StudioPage> make)
    {
        StudioPage page;
        try
        {
            catalog.Refresh();
            sweeps.Refresh();
            page = make();
        }
        catch (WeftException problem) when (problem.Kind == ErrorKind.InvalidInput)
        {
            page = Problem(StatusCodes.Status400BadRequest, "This address makes no sense", problem.What,
                $"Expected: {problem.Expected}. Found: {problem.Found ?? "nothing"}.");
        }
        catch (WeftException problem)
        {
            options.Failed(problem); // with the path; the page goes without
            page = Problem(StatusCodes.Status503ServiceUnavailable, "The run cannot be read", problem.What,
                "The terminal of the studio says more. Nothing was changed.");
        }

        context.Response.StatusCode = page.Status;
        await WebAnswer.Text(context, WebAnswer.Html, await PageRenderer.Render(page.Type, page.Parameters));
    }
}

/// <summary>A page to be made: its component and what that gets.</summary>
internal sealed record StudioPage(Type Type, Dictionary<string, object?> Parameters, int Status = StatusCodes.Status200OK);
