using System.Globalization;

namespace Weft.Tests.Shared;

/// <summary>
/// Gives a reader inputs that are wrong in some way, each a function of its seed: it may read them or refuse them with the one exception that people are
/// told, and nothing else. <c>WEFT_FUZZ</c> says how many inputs each reader gets and <c>WEFT_FUZZ_FROM</c> the first seed; <c>eng/fuzz.cs</c> sets both, and
/// a folder for what <see cref="FuzzLog"/> writes.
/// </summary>
/// <param name="refusalOf">Names an exception that a person is told; null for every other one.</param>
internal sealed class Fuzzer(Func<Exception, string?> refusalOf)
{
    private const long MostKept = 64 << 20;

    public void Read(FuzzedFormat format, Action<byte[]> read)
    {
        foreach (var right in format.Seeds)
            read(format.Wrap(right));
        Read(format.Name, format.Usual, mutator => mutator.Mutate(format), read, format.MostBytes);
    }

    /// <summary>As the other, of a text.</summary>
    public void ReadText(string name, string right, Action<string> read, int usual = 600)
    {
        read(right);
        Read(name, usual, mutator => mutator.Mutate(right), read);
    }

    public void Read<T>(string name, int usual, Func<InputMutator, T> make, Action<T> read, long mostBytes = 64 << 20)
    {
        var count = Number("WEFT_FUZZ") ?? usual;
        var from = Number("WEFT_FUZZ_FROM") ?? 1;
        using var log = new FuzzLog(name);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var refused = 0;
        for (var seed = from; seed < from + count; seed++)
        {
            var input = make(new InputMutator(seed));
            log.Begin(seed);
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            string? refusal = null;
            try
            {
                read(input);
            }
            catch (Exception other)
            {
                refusal = refusalOf(other);
                if (refusal is null)
                    Assert.Fail($"{name}, seed {seed}: {other}");
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            log.End(refusal, allocated);
            refused += refusal is null ? 0 : 1;
            Assert.True(allocated <= mostBytes, $"{name}, seed {seed}: {allocated:N0} bytes were taken for an input of {(input as byte[])?.Length:N0} bytes");
        }

        // The memory is the whole process's: only who has it alone, a child of eng/fuzz.cs, can say what a reader kept.
        if (Number("WEFT_FUZZ") is not null)
            Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < MostKept, $"{name}: what is read wrong is kept");
        Assert.True(refused > 0 || count < 100, $"{name}: no input was refused, so nothing was tried");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
