namespace Weft.Training.Tests;

public class OptionKeyTests
{
    private static readonly Type[] Numbers =
    [
        typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double),
        typeof(decimal), typeof(char), typeof(bool), typeof(string), typeof(object), typeof(Half), typeof(Guid), typeof(DateTime),
        typeof(TimeSpan), typeof(Type),
    ];

    /// <summary>Trainings begin on several threads; the first option of a record is told from the others by its object.</summary>
    [Fact]
    public void Threads_that_ask_at_the_same_time_get_the_same_options()
    {
        // Two threads go through many records that nobody has asked for; neither waits for the other, so they meet again and again.
        var nested = new List<Type> { typeof(int) };
        while (nested.Count < 100)
            nested.Add(typeof(List<>).MakeGenericType(nested[^1]));
        var records = nested.SelectMany(type => Numbers.Select(number => typeof(Fresh<,>).MakeGenericType(type, number))).ToList();
        var found = new OptionKey[2][];
        var threads = Enumerable.Range(0, found.Length).Select(number => new Thread(() =>
            found[number] = [.. records.Select(record => OptionKey.Of(record)[0])])).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.All(Enumerable.Range(0, records.Count), i => Assert.Same(found[0][i], found[1][i]));
    }

    private sealed record Fresh<T, TNumber> : OptionsRecord
    {
        public double Number { get; init; }
    }
}
