namespace Weft.App;

/// <summary>What the page's script shows of a chart under the pointer. The names are short, as there is one for every point.</summary>
/// <param name="X">What X counts.</param>
/// <param name="S">The curves.</param>
internal sealed record HoverDocument(string X, IReadOnlyList<HoverCurve> S);

/// <summary>One curve of a chart: a value of each list for each point.</summary>
/// <param name="N">The name.</param>
/// <param name="C">The colour.</param>
/// <param name="F">Whether it is faint.</param>
/// <param name="P">The places from left to right, 0…1.</param>
/// <param name="Q">The places from top to bottom, 0…1; −1 for a gap.</param>
/// <param name="T">The values of X as text.</param>
/// <param name="V">The values of Y as text.</param>
internal sealed record HoverCurve(
    string N, int C, bool F, IReadOnlyList<double> P, IReadOnlyList<double> Q, IReadOnlyList<string> T, IReadOnlyList<string> V);
