using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Weft.Training;

/// <summary>
/// At most one record of each type of a kind; a type that is missing has its defaults. In a configuration the first option of a record has the record's name
/// (<c>random_erasing</c>) and the others that name before their own (<c>random_erasing_aspect</c>).
/// </summary>
[CollectionBuilder(typeof(OptionsSet), nameof(OptionsSet.Create))]
public sealed class OptionsSet<TRecord> : IReadOnlyCollection<TRecord>, IEquatable<OptionsSet<TRecord>>, IOptionsSet
    where TRecord : OptionsRecord
{
    // In the order of their names and without those that say nothing, so that equal sets have equal lists.
    private readonly ImmutableArray<TRecord> _records;

    internal OptionsSet(IEnumerable<TRecord> records) => _records =
    [
        .. records.GroupBy(record => record.GetType()).Select(same => same.Last()).Where(record => !record.Equals(OptionTypes.Create(record.GetType())))
            .OrderBy(record => record.GetType().Name, StringComparer.Ordinal),
    ];

    public int Count => _records.Length;

    /// <summary>Everything that is wrong with the records, each under its name in a configuration.</summary>
    public IEnumerable<Problem> Validate() => _records.SelectMany(record => record.Validate().Select(problem => problem with
    {
        Where = OptionKey.Of(record.GetType()).FirstOrDefault(key => key.Name == problem.Where) is { } key
            ? OptionsSet.NameOf(typeof(TRecord), record.GetType(), key)
            : problem.Where,
    }));

    OptionsRecord IOptionsSet.Find(Type type) => _records.FirstOrDefault(record => record.GetType() == type) ?? OptionTypes.Create(type);

    IOptionsSet IOptionsSet.With(OptionsRecord record) => new OptionsSet<TRecord>(_records.Append((TRecord)record));

    public IEnumerator<TRecord> GetEnumerator() => ((IEnumerable<TRecord>)_records).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(OptionsSet<TRecord>? other) => other is not null && _records.AsSpan().SequenceEqual(other._records.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as OptionsSet<TRecord>);

    public override int GetHashCode() => _records.Aggregate(0, HashCode.Combine);
}

/// <summary>Makes sets of options.</summary>
public static class OptionsSet
{
    public static OptionsSet<TRecord> Create<TRecord>(ReadOnlySpan<TRecord> records) where TRecord : OptionsRecord => new(records.ToArray());

    internal static string NameOf(Type kind, Type type, OptionKey key) =>
        OptionKey.Of(type)[0] == key ? OptionNames.Of(type, kind) : $"{OptionNames.Of(type, kind)}_{key.Name}";
}

/// <summary>A set whose kind is not known when the program is compiled.</summary>
internal interface IOptionsSet
{
    /// <summary>The record of a type, with its defaults where the set has none.</summary>
    OptionsRecord Find(Type type);

    IOptionsSet With(OptionsRecord record);
}
