namespace Weft.Training;

/// <summary>Writes the rows of one section: its keys' names begin with the section's, and their setters copy only the section's record.</summary>
internal sealed class ConfigurationSection<T>(string name, Func<RunConfiguration, T> get, Func<RunConfiguration, T, RunConfiguration> set)
{
    public ConfigurationKey Text(string key, string help, Func<T, string?> read, Func<T, string?, T> write, bool mayBeNone = false,
        IReadOnlyList<string>? choices = null, Func<string, bool>? others = null) =>
        new($"{name}.{key}", ValueKind.Text, help, c => read(get(c)), (c, v) => set(c, write(get(c), (string?)v))) { MayBeNone = mayBeNone, Choices = choices ?? [], Others = others };

    public ConfigurationKey Flag(string key, string help, Func<T, bool> read, Func<T, bool, T> write) =>
        new($"{name}.{key}", ValueKind.Flag, help, c => read(get(c)), (c, v) => set(c, write(get(c), (bool)v!)));

    public ConfigurationKey Integer(string key, string help, Func<T, long> read, Func<T, long, T> write, long minimum, long maximum) =>
        new($"{name}.{key}", ValueKind.Integer, help, c => read(get(c)), (c, v) => set(c, write(get(c), (long)v!))) { Minimum = minimum, Maximum = maximum };

    public ConfigurationKey IntegerOrNone(string key, string help, Func<T, int?> read, Func<T, int?, T> write, long minimum, long maximum) =>
        new($"{name}.{key}", ValueKind.Integer, help, c => read(get(c)), (c, v) => set(c, write(get(c), v is long whole ? checked((int)whole) : null)))
        {
            Minimum = minimum, Maximum = maximum, MayBeNone = true,
        };

    public ConfigurationKey Number(string key, string help, Func<T, double> read, Func<T, double, T> write, double minimum, double maximum, bool aboveMinimum = false) =>
        new($"{name}.{key}", ValueKind.Number, help, c => read(get(c)), (c, v) => set(c, write(get(c), (double)v!)))
        {
            Minimum = minimum, Maximum = maximum, AboveMinimum = aboveMinimum,
        };

    public ConfigurationKey NumberOrNone(string key, string help, Func<T, double?> read, Func<T, double?, T> write, double minimum, double maximum, bool aboveMinimum = false) =>
        new($"{name}.{key}", ValueKind.Number, help, c => read(get(c)), (c, v) => set(c, write(get(c), (double?)v)))
        {
            Minimum = minimum, Maximum = maximum, AboveMinimum = aboveMinimum, MayBeNone = true,
        };

    public ConfigurationKey Choice<TChoice>(string key, string help, Func<T, TChoice> read, Func<T, TChoice, T> write) where TChoice : struct, Enum
    {
        var choices = Enum.GetValues<TChoice>().ToDictionary(value => ConfigurationKey.Snake(value.ToString()));
        return new($"{name}.{key}", ValueKind.Choice, help, c => read(get(c)), (c, v) => set(c, write(get(c), choices[(string)v!]))) { Choices = [.. choices.Keys] };
    }
}
