using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>
/// The addresses of a review of labels: its page, the pictures, and the one address of the studio that takes something. That one needs the token of this
/// sitting, which only its pages know.
/// </summary>
internal sealed class ReviewRoutes(LabelReview review, string token)
{
    public const string DecidePath = "/review/decide";

    /// <summary>How many pictures a page of the grid shows.</summary>
    public const int GridSize = 60;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/review", RequestGuard.Verbs, Page);
        routes.MapMethods("/review/picture/{number:int}", RequestGuard.Verbs, Picture);
        routes.MapMethods("/review.js", RequestGuard.Verbs, context => WebAnswer.Text(context, "text/javascript; charset=utf-8", StudioAssets.ReviewScript));
        routes.MapPost(DecidePath, Decide);
    }

    private async Task Page(HttpContext context)
    {
        var query = new QueryReader(context.Request.Query);
        var view = new ReviewView(
            query.OneOf("view", ["one", "grid"]) == "grid", query.Number("at", 0, review.Items.Count - 1, review.NextOpen(0) ?? 0));
        await WebAnswer.Text(context, WebAnswer.Html, await PageRenderer.Render(
            typeof(ReviewPage), new() { ["Sitting"] = review, ["Shown"] = view, ["Token"] = token }));
    }

    private async Task Picture(HttpContext context)
    {
        var number = int.Parse((string)context.GetRouteValue("number")!, CultureInfo.InvariantCulture);
        if (number < 0 || number >= review.Samples.Count)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await WebAnswer.Text(context, "text/plain; charset=utf-8", "There is no such picture.\n");
            return;
        }

        using var png = new MemoryStream();
        PngWriter.Write(png, review.Samples.Shape, review.Samples.Image(number));
        await WebAnswer.Bytes(context, "image/png", png.ToArray());
    }

    // Answers with the address of the page to go on with.
    private async Task Decide(HttpContext context)
    {
        var query = new QueryReader(context.Request.Query);
        var at = query.Number("at", 0, review.Items.Count - 1);
        var isGrid = query.OneOf("view", ["one", "grid"]) == "grid";
        var to = query.Text("to");
        var next = at;
        if (to == "undo")
            next = review.Undo() ?? at;
        else
        {
            review.Decide(at, Class(to, at));
            next = isGrid ? Math.Min(at + 1, review.Items.Count - 1) : review.NextOpen(at + 1) ?? at;
        }

        await WebAnswer.Text(context, "text/plain; charset=utf-8", new ReviewView(isGrid, next).Address);
    }

    private string Class(string to, int at) => to switch
    {
        "keep" => review.Items[at].Label,
        "drop" => "",
        "ambiguous" => LabelCorrection.Ambiguous,
        _ when int.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < review.Classes.Count => review.Classes[number],
        _ => throw new WeftException(ErrorKind.InvalidInput, "this is no decision")
        {
            Where = "to", Expected = $"keep, drop, ambiguous, undo, or the number of a class below {review.Classes.Count}", Found = to,
        },
    };
}

/// <summary>What a page of a review shows: one item, or the part of the grid that has it.</summary>
internal sealed record ReviewView(bool IsGrid, int At)
{
    public string Address => string.Create(CultureInfo.InvariantCulture, $"/review?{(IsGrid ? "view=grid&" : "")}at={At}");
}
