namespace Weft.Training;

/// <summary>
/// Puts values into a configuration. A section that may hold different records is given the right one first: the one that the last source names, with what was
/// set before and means something there too. Then every other value finds its key.
/// </summary>
/// <param name="start">What the values change.</param>
/// <param name="problems">Takes what is wrong; nothing is thrown.</param>
internal sealed class ConfigurationValues(ResolvedConfiguration start, List<Problem> problems)
{
    private readonly Dictionary<string, string> _origins = new(start.Origins);
    private readonly List<(string Origin, string Key, string Record)> _dropped = [];
    private readonly HashSet<string> _unknownRecords = [];
    private RunConfiguration _configuration = start.Value;

    /// <param name="written">From files and recipes: an option that only another record has is left out with a note, for files list what they were written
    /// with.</param>
    /// <param name="typed">From the command line: such an option is a mistake.</param>
    public ResolvedConfiguration Apply(IReadOnlyList<ConfigurationValue> written, IReadOnlyList<ConfigurationValue> typed)
    {
        ConfigurationValue[] all = [.. written.Concat(typed).Select(value => value with { Key = FormerKeys.Now(value.Key) })];
        foreach (var name in ConfigurationTable.Keys.Where(key => key.RecordKind is not null))
            Choose(name, [.. all.Where(value => value.Key == name.Name)]);
        for (var i = 0; i < all.Length; i++)
        {
            var keys = ConfigurationTable.Named(all[i].Key).ToList();
            if (keys is [{ RecordKind: not null }])
                continue;
            if (keys.Count == 0)
                AddUnknown(all[i]);
            else if (keys.FirstOrDefault(key => key.IsIn(_configuration)) is { } key)
                Set(key, all[i]);
            else if (_unknownRecords.Contains(keys[0].Section))
                continue; // which options it has is not known
            else if (i < written.Count)
                _dropped.Add((Source(all[i].Origin), all[i].Key, Record(keys[0].Section)));
            else
                AddOther(all[i], keys);
        }

        return start with { Value = _configuration, Origins = _origins, Notes = [.. start.Notes, .. Notes()] };
    }

    private void Choose(ConfigurationKey name, IReadOnlyList<ConfigurationValue> values)
    {
        foreach (var value in values)
        {
            var before = _configuration;
            if (name.TrySet(before, value.Text) is not { } chosen)
            {
                AddRefused(name, value);
                _unknownRecords.Add(name.Section);
                continue;
            }

            _origins[name.Name] = value.Origin;
            if (ReferenceEquals(chosen, before))
                continue;
            // What was set stays where the new record has it too; what it has not is forgotten.
            _configuration = chosen;
            var set = ConfigurationTable.Of(before).Where(key => key.Owner is not null && key.Section == name.Section && _origins.ContainsKey(key.Name));
            foreach (var key in set.ToList())
            {
                if (ConfigurationTable.Find(key.Name, _configuration)?.TrySet(_configuration, key.Read(before)) is { } kept)
                    _configuration = kept;
                else
                    _origins.Remove(key.Name);
            }
        }
    }

    private void Set(ConfigurationKey key, ConfigurationValue value)
    {
        if ((FormerKeys.IsDefault(key.Name, value.Text) ? key.Reset(_configuration) : key.TrySet(_configuration, value.Text)) is { } changed)
        {
            _configuration = changed;
            _origins[key.Name] = value.Origin;
        }
        else
        {
            AddRefused(key, value);
        }
    }

    private void AddRefused(ConfigurationKey key, ConfigurationValue value)
    {
        var advice = Suggestion.For(value.Text, key.Choices) is { } near ? $"; did you mean {near}?"
            : key.RecordKind is { } kind ? "; a record of the program's own is made known by "
                + $"ConfigurationTypes.Register<{OptionNames.TypeName(value.Text, kind)}>()"
            : "";
        problems.Add(new Problem($"{key.Name} ({value.Origin})", key.Expected + advice, $"'{value.Text}'"));
    }

    private void AddUnknown(ConfigurationValue value)
    {
        var near = problems.Count < Mistakes.Shown ? Suggestion.For(value.Key, ConfigurationTable.Keys.Select(known => known.Name).Distinct()) : null;
        problems.Add(new Problem(value.Origin, near is null ? "a key of the configuration" : $"did you mean {near}?", $"unknown key {value.Key}"));
    }

    private void AddOther(ConfigurationValue value, IReadOnlyList<ConfigurationKey> others)
    {
        var section = others[0].Section;
        var own = ConfigurationTable.Of(_configuration).Where(key => key.Section == section && key.Owner is not null).Select(key => key.OptionName);
        var owners = others.Select(key => key.OwnerName);
        problems.Add(new Problem(
            $"{value.Key} ({value.Origin})", $"an option of {Record(section)}: {string.Join(", ", own)}",
            $"one of {string.Join(", ", owners)}"));
    }

    private IEnumerable<string> Notes() =>
        _dropped.GroupBy(value => (value.Origin, value.Record)).Select(group =>
            $"{group.Key.Origin}: not used with {group.Key.Record}: {string.Join(", ", group.Select(value => value.Key))}");

    private string Record(string section) => ConfigurationTable.Named($"{section}.{ConfigurationKey.NameKey}").Single().Read(_configuration);

    // A note is about the whole file, not about its lines.
    private static string Source(string origin) =>
        origin.StartsWith(ConfigurationResolver.FileOrigin, StringComparison.Ordinal) ? origin[..origin.LastIndexOf(':')] : origin;
}
