using System.Globalization;
using System.Text;

namespace Weft.Training;

/// <summary>What whoever begins a sweep adds to its file.</summary>
internal sealed record SweepOptions
{
    /// <value>Values of every trial, over those of the file. Default: none.</value>
    public IReadOnlyList<ConfigurationValue> Constants { get; init; } = [];

    /// <value>In place of the file's. Default: null, the file's.</value>
    public string? Recipe { get; init; }

    /// <value>In place of the file's run_cap. Default: null, the file's.</value>
    public int? Trials { get; init; }

    /// <value>How many trials may be under way at once, where the file does not say. Default: 2.</value>
    public int Parallel { get; init; } = 2;
}

/// <summary>A sweep: what its file says, what was fixed when it was made, and where its rows are.</summary>
internal sealed class Sweep : IDisposable
{
    private readonly SweepRecord _record;

    private Sweep(SweepFolder folder, SweepDefinition definition, SweepInformation information, SweepRecord record, ISweepStore store)
    {
        (Folder, Definition, Information, _record, Store) = (folder, definition, information, record, store);
        Rule = new SweepRule(definition, MethodOf(definition), information.Parallel, information.Epochs);
    }

    public SweepFolder Folder { get; }

    public SweepDefinition Definition { get; }

    public SweepInformation Information { get; }

    public ISweepStore Store { get; }

    public SweepRule Rule { get; }

    /// <summary>Its file as it was given.</summary>
    public string FileText => _record.File;

    /// <summary>The database that holds it, or its folder.</summary>
    public string Where => Information.Store ?? Folder.Path;

    /// <summary>Values over all others that change no trial: where the data are on this machine.</summary>
    public IReadOnlyList<ConfigurationValue> Here { get; private init; } = [];

    /// <inheritdoc cref="DefaultsOf"/>
    public IReadOnlyList<string> Defaults => DefaultsOf(Definition);

    /// <summary>A trial's settings by key.</summary>
    public IReadOnlyDictionary<string, string> SettingsOf(TrialRow trial) => Definition.ByKey(trial.Settings);

    /// <summary>How many epochs a trial would have if nothing ended it.</summary>
    public int PlannedEpochs(TrialRow trial) => SettingsOf(trial).TryGetValue(EpochsKey, out var epochs) ? Whole(epochs) : Information.Epochs;

    /// <summary>The trial whose run a trial goes on with, or its own number.</summary>
    public int OriginOf(TrialRow trial, IReadOnlyList<TrialRow> trials) => Rule.OriginOf(trial.Number, trials);

    /// <summary>The run of a trial, as far as it is in that folder of runs.</summary>
    public RunFolder RunOf(RunStore runs, TrialRow trial, IReadOnlyList<TrialRow> trials) =>
        Folder.RunOf(runs, trial with { Number = OriginOf(trial, trials) });

    public SweepTable Table() => new(Definition, Store.Read());

    /// <summary>The configuration of a trial. Trial 0 is the recipe itself.</summary>
    public ResolvedConfiguration ConfigurationOf(int trial, IReadOnlyList<string> settings) =>
        SweepFile.Configuration(Definition, trial == 0 ? null : settings, Here);

    /// <summary>
    /// What would be made of a file: nothing is written. Everything that can be found wrong before the first trial is found here.
    /// </summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: the file is wrong, or its values do not go together.</exception>
    public static SweepDefinition Define(string file, SweepOptions options)
    {
        var read = SweepFile.Read(file);
        var searched = options.Constants.Where(value => read.Space.Parameters.Any(parameter => parameter.Key == value.Key)).ToList();
        if (searched.Count > 0)
        {
            var problems = searched.Select(value => new Problem(value.Origin, $"{value.Key} left to the sweep, which searches it", value.Text));
            throw Mistakes.ToError([.. problems], "the sweep");
        }

        var definition = With(read, options.Constants, options.Recipe, options.Trials);
        if (definition is { Pruner: EpochPruner, Target: not null })
        {
            throw new WeftException(ErrorKind.InvalidInput, "a target is reached in the end, and with type epoch trials end before")
            {
                Where = "metric.target", Expected = "no target with early_terminate.type epoch, or another type", Found = "both",
                Safe = "nothing was touched",
            };
        }

        SweepFile.Check(definition);
        return definition;
    }

    /// <summary>The epochs of the longest trial.</summary>
    public static int EpochsOf(SweepDefinition definition)
    {
        var all = SweepFile.Configuration(definition, null).Value.Training.Epochs;
        var index = definition.Space.Parameters.ToList().FindIndex(parameter => parameter.Key == EpochsKey);
        return index < 0 ? all : definition.Space.Parameters[index] switch
        {
            CategoricalParameter choices => choices.Choices.Select(Whole).Append(all).Max(),
            var number => Math.Max(all, Whole(number.Draw(1 - 1e-12))),
        };
    }

    private static int Whole(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Makes a sweep, or opens the one that was made of the same file and options.</summary>
    /// <param name="data">The data's fingerprint, and how wide this processor's vectors are.</param>
    /// <param name="home">Where it is kept, which it then owns. Null: its folder.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: another sweep has the name; <see cref="ErrorKind.DatasetMismatch"/>: it was made on other data;
    /// <see cref="ErrorKind.CheckpointMismatch"/>: on another kind of processor; else as <see cref="Open"/>.
    /// </exception>
    public static Sweep Make(
        SweepFolder folder, string file, SweepDefinition definition, SweepOptions options, (string Fingerprint, RunMachine Machine) data, TimeProvider clock,
        ISweepHome? home = null)
    {
        home ??= new FolderSweepHome(folder);
        return Owned(home, () =>
        {
            var text = SweepFile.Text(file);
            var made = home.Make(new SweepRecord(text, new SweepInformation
            {
                Name = folder.Name, Parallel = definition.Parallel ?? options.Parallel, Epochs = EpochsOf(definition),
                Constants = [.. options.Constants.Select(value => new SweepConstant(value.Key, value.Text))], Recipe = options.Recipe, Trials = options.Trials,
                SourceFolder = Path.GetDirectoryName(Path.GetFullPath(file))!, DataFingerprint = data.Fingerprint, VectorBits = data.Machine.VectorBits,
                WeftVersion = data.Machine.WeftVersion, Created = clock.GetUtcNow(),
            }.ToJson()));
            var sweep = Of(folder, home, made, [.. options.Constants.Where(value => value.Key == FolderKey)]);
            sweep.RequireSame(text, options);
            sweep.RequireSame(data);
            sweep.Keep();
            return sweep;
        });
    }

    /// <param name="home">Where it is kept, which it then owns. Null: its folder.</param>
    /// <param name="here">Values over all others that change no trial, such as where the data are on this machine. Null: none.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: there is no such sweep; <see cref="ErrorKind.StoreDamaged"/>, <see cref="ErrorKind.NewerFormat"/> or
    /// <see cref="ErrorKind.IoError"/>: it cannot be read.
    /// </exception>
    public static Sweep Open(SweepFolder folder, ISweepHome? home = null, IReadOnlyList<ConfigurationValue>? here = null)
    {
        home ??= new FolderSweepHome(folder);
        return Owned(home, () => Of(folder, home, home.Find() ?? throw Unknown(folder, home), here ?? []));
    }

    /// <summary>
    /// Opens a sweep whose rows are lost or damaged, so that they can be made anew; the folder, where there is one, says what it was made of.
    /// </summary>
    /// <returns>The sweep, and where its damaged rows are now.</returns>
    /// <inheritdoc cref="Open"/>
    public static (Sweep Sweep, string? Aside) Repair(SweepFolder folder, ISweepHome? home = null)
    {
        home ??= new FolderSweepHome(folder);
        return Owned(home, () =>
        {
            var aside = home.Repair();
            if (home.Find() is null && new FolderSweepHome(folder).Find() is { } kept)
            {
                var information = SweepInformation.Parse(kept.Information, folder.InformationFile) with { Store = null };
                home.Make(kept with { Information = information.ToJson() });
            }

            return (Of(folder, home, home.Find() ?? throw Unknown(folder, home), []), aside);
        });
    }

    /// <summary>Writes the sweep's folder where its rows are elsewhere: what it was made of, and where they are.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: the folder is another sweep's.</exception>
    public void Keep()
    {
        if (Information.Store is null)
            return;
        var there = new FolderSweepHome(Folder).Make(_record with { Information = Information.ToJson() });
        var information = SweepInformation.Parse(there.Information, Folder.InformationFile);
        if (there.File != _record.File || information.Store is null || (information with { Store = Information.Store }).ToJson() != Information.ToJson())
            throw Other(ErrorKind.InvalidInput, "the folder is another sweep's", $"that of the sweep in {Information.Store}, or another --sweeps",
                $"one made {information.Created:u}{(information.Store is null ? ", whose rows are in the folder" : "")}");
    }

    /// <exception cref="WeftException">As <see cref="Make"/>: the data or the processor are others than those that the sweep was made with.</exception>
    public void RequireSame((string Fingerprint, RunMachine Machine) data)
    {
        if (data.Fingerprint != Information.DataFingerprint)
            throw Other(ErrorKind.DatasetMismatch, "the data are others than those that the sweep was made with",
                Information.DataFingerprint, data.Fingerprint);
        if (data.Machine.VectorBits != Information.VectorBits)
            throw Other(ErrorKind.CheckpointMismatch, "this processor's vectors round otherwise than those that the sweep was made with",
                $"{Information.VectorBits}-bit vectors", $"{data.Machine.VectorBits}-bit vectors");
        if (data.Machine.WeftVersion != Information.WeftVersion)
            throw Other(ErrorKind.CheckpointMismatch, "another version of the program made the sweep", Information.WeftVersion, data.Machine.WeftVersion);
    }

    /// <summary>Writes <c>trials.csv</c> as the rows are now.</summary>
    public void WriteTable()
    {
        try
        {
            DurableFile.Write(DiskFiles.Instance, Folder.TableFile, Encoding.UTF8.GetBytes(Table().ToCsv()));
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the sweep's table cannot be written", Folder.TableFile, "its trials are intact");
        }
    }

    public void Dispose() => Store.Dispose();

    private const string EpochsKey = "training.epochs";
    private const string FolderKey = "data.folder"; // the data are known by their fingerprint, wherever they are

    /// <summary>The method that a sweep's file asks for.</summary>
    public static SearchMethod MethodOf(SweepDefinition definition) => definition.Method switch
    {
        SweepMethod.Grid => new GridMethod(definition.Space, definition.Seed),
        SweepMethod.Random => new RandomMethod(definition.Space, definition.Seed),
        SweepMethod.Sobol => new SobolMethod(definition.Space, definition.Seed),
        _ => new BayesMethod(definition.Space, definition.Seed),
    };

    /// <summary>The settings of trial 0, which is the recipe with the file's constants.</summary>
    public static IReadOnlyList<string> DefaultsOf(SweepDefinition definition) =>
        SweepFile.Settings(definition, SweepFile.Configuration(definition, null));

    /// <summary>How many trials a grid has, that of the default included; null for what is no grid.</summary>
    public static int? TrialsOfGrid(SweepDefinition definition)
    {
        if (definition.Method != SweepMethod.Grid)
            return null;
        var grid = new GridMethod(definition.Space, definition.Seed);
        var first = new SeenTrial(0, DefaultsOf(definition), SeenState.Running, double.NaN, 0);
        var isDefaultAmong = grid.Suggest((int)Math.Min(int.MaxValue, grid.Points), [first]) is null;
        return (int)Math.Min(int.MaxValue, grid.Points + (isDefaultAmong ? 0 : 1));
    }

    private static SweepDefinition With(SweepDefinition read, IReadOnlyList<ConfigurationValue> constants, string? recipe, int? trials)
    {
        var definition = read with
        {
            Constants = [.. read.Constants, .. constants],
            Recipe = recipe ?? read.Recipe,
            RunCap = trials ?? read.RunCap,
        };
        // Who goes on is known when the last one had its epochs, so there has to be a last one.
        return definition.Pruner is EpochPruner && TrialsOfGrid(definition) is { } all
            ? definition with { RunCap = Math.Min(all, definition.RunCap ?? all) } : definition;
    }

    private static Sweep Of(SweepFolder folder, ISweepHome home, SweepRecord record, IReadOnlyList<ConfigurationValue> here)
    {
        var information = SweepInformation.Parse(record.Information, home.Address ?? folder.InformationFile);
        if (home.Address is null && information.Store is { } elsewhere)
        {
            throw new WeftException(ErrorKind.InvalidInput, $"the rows of the sweep {folder.Name} are in a database")
            {
                Where = folder.InformationFile, Expected = $"--store {elsewhere}", Found = "no store", Safe = "nothing was changed",
            };
        }

        var constants = information.Constants.Select(value => new ConfigurationValue(value.Key, value.Text, "command line"));
        var read = SweepFile.Parse(record.File, home.Address ?? folder.File, information.SourceFolder);
        var definition = With(read, [.. constants], information.Recipe, information.Trials);
        return new Sweep(folder, definition, information with { Store = home.Address }, record, home.Store()) { Here = here };
    }

    // What is opened belongs to the sweep, or is closed with what went wrong.
    private static TSweep Owned<TSweep>(ISweepHome home, Func<TSweep> open)
    {
        try
        {
            return open();
        }
        catch
        {
            home.Dispose();
            throw;
        }
    }

    private static WeftException Unknown(SweepFolder folder, ISweepHome home) => new(ErrorKind.InvalidInput, $"there is no sweep '{folder.Name}'")
    {
        Where = home.Address ?? Path.GetDirectoryName(folder.Path), Expected = "the name of a sweep",
        Found = string.Join(", ", home.Names()) is { Length: > 0 } there ? there : "no sweeps", Safe = "nothing was changed",
    };

    // Going on with the same command: the sweep remembers what was said, and says so where it was something else.
    private void RequireSame(string text, SweepOptions options)
    {
        var differs = text != _record.File ? "the file"
            : options.Recipe is not null && options.Recipe != Information.Recipe ? "--recipe"
            : options.Constants.FirstOrDefault(
                value => value.Key != FolderKey && !Information.Constants.Contains(new SweepConstant(value.Key, value.Text))) is { } other ? other.Key
            : null;
        if (differs is not null)
            throw Other(ErrorKind.InvalidInput, $"the sweep {Folder.Name} was made of something else: {differs} differs",
                "the same, or another --name", differs);
    }

    private WeftException Other(ErrorKind kind, string what, string expected, string found) => new(kind, what)
    {
        Where = Where, Expected = expected, Found = found, Safe = "nothing was changed",
    };
}
