// dotnet run --project lab -c Release -- LADDER… | all [--threads 1] [--shape 32x28x28x64x64] [--seconds 0.5] [--out bench/results]
using System.Globalization;
using Weft.Lab;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var options = new Dictionary<string, string> { ["threads"] = "1", ["shape"] = "", ["seconds"] = "0.5", ["out"] = "" };
var names = new List<string>();
for (var i = 0; i < args.Length; i++)
{
    if (!args[i].StartsWith("--"))
        names.Add(args[i]);
    else if (options.ContainsKey(args[i][2..]) && i + 1 < args.Length)
        options[args[i][2..]] = args[++i];
    else
        return Refuse($"{args[i]} is not an option with a value");
}

if (names.Count == 0)
    return Refuse("which ladder?");
if (names is ["all"])
    names = [.. Ladders.All.Select(kind => kind.Name)];
if (names.Find(name => Ladders.All.All(kind => kind.Name != name)) is { } unknown)
    return Refuse($"there is no ladder {unknown}");
var kinds = names.Select(name => Ladders.All.Single(kind => kind.Name == name)).ToList();
if (!int.TryParse(options["threads"], out var threads) || threads is < 1 or > 256)
    return Refuse($"--threads is 1 to 256, not {options["threads"]}");
if (!double.TryParse(options["seconds"], out var seconds) || seconds is not (>= 0 and <= 60))
    return Refuse($"--seconds is 0 to 60, not {options["seconds"]}");
if (options["shape"] != "" && kinds.Count > 1)
    return Refuse("--shape belongs to one ladder");

var table = new ResultTable(threads, Ceilings.Measure(threads), "dotnet run --project lab -c Release -- " + string.Join(' ', args));
Console.WriteLine(table.Head);
foreach (var kind in kinds)
{
    if (Shapes(kind) is not { } shapes)
        return Refuse($"--shape of {kind.Name} is {kind.Sizes}, not {options["shape"]}");
    foreach (var shape in shapes)
    {
        using var ladder = Open(kind, shape);
        if (ladder is null)
            return 2;
        Climb(ladder);
    }
}

if (options["out"] != "")
    Console.WriteLine($"\nwritten to {table.Save(options["out"])}");
return 0;

void Climb(Ladder ladder)
{
    Console.WriteLine($"\n{ladder.Title}: {ladder.Work:F2} {ladder.Unit}\n{ResultTable.ColumnHeads(ladder)}");
    var results = new List<RungResult>();
    foreach (var rung in ladder.Rungs)
    {
        results.Add(Measurement.Take(ladder, rung, seconds));
        Console.WriteLine(ResultTable.Line(ladder, results[0], results[^1]));
    }

    table.Add(ladder, results);
}

int[][]? Shapes(LadderKind kind)
{
    if (options["shape"] == "")
        return kind.Shapes;
    var sizes = options["shape"].Split('x').Select(size => int.TryParse(size, out var number) && number > 0 ? number : 0).ToArray();
    return sizes.Length == kind.SmallShape.Length && !sizes.Contains(0) ? [sizes] : null;
}

Ladder? Open(LadderKind kind, int[] shape)
{
    try
    {
        return kind.Open(shape, threads);
    }
    catch (ArgumentException exception)
    {
        Refuse(exception.Message);
        return null;
    }
}

static int Refuse(string what)
{
    Console.Error.WriteLine($"lab: {what}\nusage: lab LADDER… | all [--threads N] [--shape SIZES] [--seconds S] [--out FOLDER]");
    foreach (var kind in Ladders.All)
        Console.Error.WriteLine($"  {kind.Name,-12} {kind.Sizes}; {string.Join(" and ", kind.Shapes.Select(shape => string.Join('x', shape)))}");
    return 2;
}
