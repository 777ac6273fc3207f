using System.Runtime.InteropServices;
using System.Text;
using Weft.Kernels;

namespace Weft.Lab;

/// <summary>Measured ladders as lines for a terminal and as the page that is kept in bench/results.</summary>
internal sealed class ResultTable(int threads, Ceilings ceilings, string command)
{
    private readonly StringBuilder _page = new();

    public string Head => $"{Count(threads, "thread")}; multiply-add peak {ceilings.GigaFlops:F0} GFLOP/s, copying 64 MB {ceilings.Gigabytes:F1} GB/s";

    public static string ColumnHeads(Ladder ladder) =>
        $"  {"rung",-22}{"best ms",10}{"median ms",11}{ladder.Unit + "/s",9}{"times",8}{"error",9}  why it is faster than the one above";

    public static string Line(Ladder ladder, RungResult first, RungResult result) =>
        $"  {result.Rung.Name,-22}{result.Best,10:F2}{result.Median,11:F2}{Rate(ladder, result),9}{Times(first, result),8}{result.Error,9:0e-0}  "
            + $"{result.Rung.Why}";

    public void Add(Ladder ladder, IReadOnlyList<RungResult> results)
    {
        _page.Append(
            $"\n## {char.ToUpperInvariant(ladder.Title[0])}{ladder.Title[1..]}\n\n| rung | best ms | median ms | runs | {ladder.Unit}/s | times the first | "
            + $"relative L2 error | why it is faster than the one above |\n")
            .Append("|---|---|---|---|---|---|---|---|\n");
        foreach (var result in results)
        {
            _page.Append(
                $"| {result.Rung.Name} | {result.Best:F2} | {result.Median:F2} | {result.Runs} | {Rate(ladder, result)} | {Times(results[0], result)} | "
                + $"{result.Error:0.0e-0} | {result.Rung.Why} |\n");
        }
    }

    public string Save(string folder)
    {
        Directory.CreateDirectory(folder);
        var date = DateTime.UtcNow.ToString("yyyy-MM-dd");
        var machine = string.Join('-', Machine().ToLowerInvariant().Replace("(r)", "").Replace("(tm)", "")
            .Split([' ', ',', '-', '@', '.'], StringSplitOptions.RemoveEmptyEntries));
        var path = Path.Combine(folder, $"{date}-lab-{machine}-{Count(threads, "thread").Replace(' ', '-')}.md");
        File.WriteAllText(path, $"""
            # Ladders, {date}

            {Machine()}; {Head}. Rates are those of the best run and count the work of the definition: multiplications and additions of plain loops,
            bytes that must be moved at least.
            {_page}
            Made by:

            ```
            {command}
            ```

            """);
        return path;
    }

    // By the median: the best of many short runs and of one long run do not compare.
    private static string Times(RungResult first, RungResult result) => (first.Median / result.Median).ToString("F1");

    private static string Rate(Ladder ladder, RungResult result) => (ladder.Work / result.Best * 1e3).ToString("F1");

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private static string Machine()
    {
        var processor = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name"))?.Split(':')[1].Trim() : null;
        return $"{processor ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} cores, {32 * VectorKernels.Best.Lanes}-bit "
            + $"vectors";
    }
}
